import fc from "fast-check";
import { expect, test } from "vitest";
import { isRoomName, ROOM_NAME_MAX } from "../../../worker/identity/room-name.ts";

test.each(["a", "Lobby", "room-1_B", "x".repeat(ROOM_NAME_MAX)])("%j is a room name", (name) => {
  expect(isRoomName(name)).toBe(true);
});

test.each(["", "a/b", "a.b", "..", "room 1", "😀", "é", "a\n", "%41", "x".repeat(ROOM_NAME_MAX + 1)])(
  "%j is no room name",
  (name) => {
    expect(isRoomName(name)).toBe(false);
  },
);

test("a room name never needs escaping in a URL", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("a", "Z", "0", "_", "-", "/", "%", " ", "é"), maxLength: 66 }),
      (name) => {
        if (isRoomName(name)) expect(encodeURIComponent(name)).toBe(name);
      },
    ),
  );
});
