/** Where to go and as whom: from the address (`?room=…&name=…` or the same after `#`), or as remembered. */

export interface Invitation {
  readonly room: string;
  readonly name: string;
  /** For chats that need one; only after `#`, which browsers send nowhere. */
  readonly ticket: string | undefined;
  /** Nothing is left to ask: go straight in. */
  readonly complete: boolean;
}

const NAME_KEY = "edge-chat.name";
const ROOM_KEY = "edge-chat.room";
/** Set while this tab is in a room, so that a reload goes back in. */
const JOINED_KEY = "edge-chat.joined";
const DEFAULT_ROOM = "lobby";

/** Undefined where the browser forbids storage: the chat then works and remembers nothing. */
export function browserStorage(kind: "localStorage" | "sessionStorage"): Storage | undefined {
  try {
    return window[kind];
  } catch {
    return undefined;
  }
}

export function readInvitation({ search, hash }: Pick<Location, "search" | "hash">): Invitation {
  const query = new URLSearchParams(search);
  const secret = new URLSearchParams(hash.slice(1));
  const asked = (key: string) => query.get(key) ?? secret.get(key) ?? undefined;
  const local = browserStorage("localStorage");
  const name = asked("name") ?? local?.getItem(NAME_KEY) ?? "";
  const room = asked("room") ?? local?.getItem(ROOM_KEY) ?? DEFAULT_ROOM;
  const joined = browserStorage("sessionStorage")?.getItem(JOINED_KEY) === room;
  const named = asked("room") !== undefined && asked("name") !== undefined;
  return {
    room,
    name,
    ticket: secret.get("ticket") ?? undefined,
    complete: named || (joined && name !== ""),
  };
}

/** Keeps both for the next visit and leaves an address that can be passed on: the room, without the name. */
export function rememberJoined(room: string, name: string): void {
  const local = browserStorage("localStorage");
  try {
    local?.setItem(NAME_KEY, name);
    local?.setItem(ROOM_KEY, room);
    browserStorage("sessionStorage")?.setItem(JOINED_KEY, room);
  } catch {
    // Full: nothing is remembered.
  }
  history.replaceState(null, "", `?room=${encodeURIComponent(room)}`);
}

export function forgetJoined(): void {
  browserStorage("sessionStorage")?.removeItem(JOINED_KEY);
}
