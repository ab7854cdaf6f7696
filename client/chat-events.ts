import type {
  Ack,
  ChatMessage,
  ErrorFrame,
  Notice,
  Presence,
  Roster,
  Welcome,
} from "../worker/room/protocol.ts";
import type { OfflineReason } from "./close-rule.ts";
import type { TypingUser } from "./typing.ts";

export type ConnectionState =
  | { readonly status: "connecting" }
  | { readonly status: "online" }
  /** `retryAt`: when the next attempt starts, by `now`. `message`: why the room did not let us in, in its words. */
  | {
      readonly status: "reconnecting";
      readonly attempt: number;
      readonly retryAt: number;
      readonly message: string | undefined;
    }
  /** For good: the client does not come back by itself. */
  | {
      readonly status: "offline";
      readonly reason: OfflineReason;
      readonly code: number;
      readonly message: string;
    };

/** What became of a message. It never rejects: an unconfirmed message may or may not be in the room. */
export type Outcome =
  | { readonly status: "acknowledged"; readonly id: string }
  | {
      readonly status: "unconfirmed" | "failed" | "discarded";
      readonly code?: string;
      readonly message?: string;
    };

export interface Sent {
  /** Names the message in `pending`. */
  readonly key: string;
  readonly outcome: Promise<Outcome>;
}

export interface ReceivedMessage {
  readonly message: ChatMessage;
  readonly mine: boolean;
  /** `recent`: it was there when a new user came; `replay`: missed while away; `live`: it came now. */
  readonly via: "recent" | "replay" | "live";
}

export interface ChatEvents {
  state: ConnectionState;
  welcome: Welcome;
  /** Each message once, whatever was replayed. */
  message: ReceivedMessage;
  deleted: { readonly id: string };
  ack: Ack;
  presence: Presence;
  roster: Roster;
  typing: readonly TypingUser[];
  notice: Notice;
  error: ErrorFrame;
  /** Something that a page shows is different: messages, pending, users, who types. Once per batch of frames. */
  change: undefined;
}
