/**
 * What passes between the Worker and a room object. Both may run one version apart for minutes after a deploy, so:
 * fields are only ever added, unknown ones are ignored, and every verb takes and returns one plain object.
 */
import * as v from "valibot";
import type { Bundle } from "../room/bundle.ts";
import type {
  Attendance,
  Claim,
  HubNotice,
  Noticed,
  Registration,
  ReplicaReport,
  Wish,
} from "../room/hub-port.ts";
import type { ChatMessage } from "../room/protocol.ts";

/** Carries the `Connect` of an upgrade as JSON. The Worker sets it on a fresh request: never copied from outside. */
export const CONNECT_HEADER = "x-edge-chat-connect";

const connectSchema = v.object({
  room: v.string(),
  region: v.string(),
  userId: v.string(),
  /** Already normalised, see PROTOCOL "username". */
  username: v.string(),
  /** A plain client: knows only the article's protocol. */
  plain: v.boolean(),
  /** True when a valid session named this user: only then does `since` count. */
  resuming: v.boolean(),
  since: v.optional(v.string()),
  /** The renewed session token for `welcome`, signed by the Worker: the object holds no key. */
  session: v.string(),
});

export type Connect = v.InferOutput<typeof connectSchema>;

export const encodeConnect = (connect: Connect): string => encodeURIComponent(JSON.stringify(connect));

/** Undefined when the header is missing or not ours. */
export function decodeConnect(header: string | null): Connect | undefined {
  if (header === null) return undefined;
  try {
    const connect: unknown = JSON.parse(decodeURIComponent(header));
    return v.is(connectSchema, connect) ? connect : undefined;
  } catch {
    return undefined;
  }
}

export interface RoomInfo {
  readonly users: number;
  readonly messages: number;
  readonly regions: readonly string[];
  /** The code that the object runs; absent from objects of before it was told. */
  readonly version?: string;
}

export interface HistoryPage {
  /** Newest last. */
  readonly messages: readonly ChatMessage[];
  readonly more: boolean;
}

/** The verbs of a room object beside `fetch` (which takes upgrades only). Reads never create a room. */
export interface RoomRpc {
  info(request: { readonly room: string; readonly region: string }): Promise<RoomInfo>;
  history(request: {
    readonly room: string;
    readonly region: string;
    readonly before?: string;
    readonly limit: number;
  }): Promise<HistoryPage>;
  /** `found: false` for an id that the room does not hold. Deleting twice is fine. */
  remove(request: { readonly room: string; readonly region: string; readonly id: string }): Promise<{
    readonly found: boolean;
  }>;
  /** Closes the user's connections with 4003 and, with `banSeconds`, refuses the user for so long. */
  kick(request: {
    readonly room: string;
    readonly region: string;
    readonly userId: string;
    readonly banSeconds?: number;
  }): Promise<{ readonly closed: number }>;
}

/**
 * The verbs between replicas, and from the hub to a replica. Code one version older lacks them: calling one then rejects
 * like a call to an object that cannot be reached, and is retried. Requests and answers are read with the `decode…`
 * functions of `room/bundle` and `room/hub-port`: what they do not know they ignore.
 */
export interface ReplicaRpc {
  /** Takes what the other has, gives what it lacks. An empty object becomes a replica by it. */
  sync(bundle: Bundle): Promise<Bundle>;
  /**
   * Everything that a hub can be rebuilt from. Founds nothing.
   * @param request `regions`: how many the hub's settings name; absent from code of before
   * @throws while our own settings are from before there were several, and nobody is here yet: whoever came would have
   *   all slots, unknown to the hub
   */
  report(request: {
    readonly room: string;
    readonly region: string;
    readonly regions?: number;
  }): Promise<ReplicaReport>;
  /** Membership, bans, kicks and the recall of slots. Founds nothing. May come twice, and in any order. */
  notice(request: HubNotice & { readonly room: string; readonly region: string }): Promise<Noticed>;
}

/** The hub's verbs: four for replicas (`room/hub-port`), two for the Worker. It rejects while it is being rebuilt. */
export interface HubRpc {
  /** Answers as `decodeRegistered` reads it. */
  register(registration: Registration): Promise<unknown>;
  /** Answers as `decodeGrant` reads it; so does `release`. */
  acquire(wish: Wish): Promise<unknown>;
  release(claim: Claim): Promise<unknown>;
  attend(attendance: Attendance): Promise<unknown>;
  /** Closes the user's connections in every region, and bans the user with `banSeconds`. */
  kick(request: { readonly room: string; readonly userId: string; readonly banSeconds?: number }): Promise<{
    readonly closed: number;
  }>;
  /** Of a room without a hub: 0 and none. */
  info(request: { readonly room: string }): Promise<{
    readonly users: number;
    readonly regions: readonly string[];
  }>;
}

/** The one way to name a room object. */
export const objectName = (region: string, room: string): string => `${region}/${room}`;

/** The one way to name a room's hub. */
export const hubName = (room: string): string => room;

/** KV directory: one key a room, all facts in its metadata so that one `list` answers `/api/rooms`. */
export const DIRECTORY_PREFIX = "room/";
export interface DirectoryEntry {
  readonly users: number;
  readonly regions: readonly string[];
  /** Unix ms. */
  readonly updatedAt: number;
}
