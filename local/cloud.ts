import type { DatabaseSync } from "node:sqlite";
import type { Runtime } from "./runtime/runtime.ts";
import type { TailSessions } from "./runtime/tail-sessions.ts";
import type { Identity } from "./state/identity.ts";

/** What every verb of the account works on. */
export interface Cloud {
  readonly identity: Identity;
  readonly db: DatabaseSync;
  readonly runtime: Runtime;
  readonly tails: TailSessions;
  /** Folder of Durable Object and KV data. */
  readonly dataFolder: string;
  /** Host and port of the API, for the addresses it gives out. */
  readonly apiHost: () => string;
  /** One at a time: whatever changes what the runtime serves. */
  readonly exclusively: <T>(work: () => Promise<T>) => Promise<T>;
  readonly now: () => Date;
  /** 32 hex digits. */
  readonly hexId: () => string;
  readonly uuid: () => string;
}
