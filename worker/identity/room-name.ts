/** Room names are part of URLs, object names and KV keys: one small alphabet that needs no escaping in any of them. */

/** Longest room name, characters: `region/room` and `room/<room>` stay far below the platform's 512-byte keys. */
export const ROOM_NAME_MAX = 64;

const ROOM_NAME = new RegExp(`^[A-Za-z0-9_-]{1,${ROOM_NAME_MAX}}$`);

/** What is allowed, in words for the client that got it wrong. */
export const ROOM_NAME_RULE = `A room name has 1 to ${ROOM_NAME_MAX} letters, digits, "_" or "-".`;

export const isRoomName = (name: string): boolean => ROOM_NAME.test(name);
