import type { OutboxEntry } from "./outbox.ts";

/** What a client needs to go on after a reload or restart, as the same user and without a gap. */
export interface StoredState {
  readonly session?: string | undefined;
  readonly userId?: string | undefined;
  readonly cursor?: string | undefined;
  readonly outbox: readonly OutboxEntry[];
}

/** Where it is kept. Both calls are synchronous: a message's `clientId` must be kept before it is sent. */
export interface ChatStorage {
  load(): StoredState | undefined;
  save(state: StoredState): void;
}

/** The part of `sessionStorage` and `localStorage` that is used. */
export interface KeyValueStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** In `sessionStorage` a tab is one user; in `localStorage` all tabs of the browser are. One key per room. */
export const keyValueStorage = (storage: KeyValueStorage, key: string): ChatStorage => ({
  load() {
    try {
      return readState(JSON.parse(storage.getItem(key) ?? "null"));
    } catch {
      return undefined;
    }
  },
  save(state) {
    try {
      storage.setItem(key, JSON.stringify(state));
    } catch {
      // Full or forbidden: the chat works, a reload then starts afresh.
    }
  },
});

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const number = (value: unknown): number | undefined => (typeof value === "number" ? value : undefined);

function readState(value: unknown): StoredState | undefined {
  if (!isRecord(value)) return undefined;
  const outbox = Array.isArray(value.outbox) ? value.outbox.flatMap(readEntry) : [];
  return { session: text(value.session), userId: text(value.userId), cursor: text(value.cursor), outbox };
}

/** Only what still has work to do: an acknowledged message is the room's. */
function readEntry(value: unknown): OutboxEntry[] {
  if (!isRecord(value) || typeof value.key !== "string" || typeof value.message !== "string") return [];
  const { key, message, state } = value;
  const createdAt = number(value.createdAt);
  if (state === "unconfirmed" || state === "failed") return [{ key, message, state, createdAt }];
  return state === "acknowledged" ? [] : [{ key, message, state: "queued", createdAt }];
}
