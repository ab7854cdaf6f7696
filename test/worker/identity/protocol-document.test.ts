import { describe, expect, test } from "vitest";
import text from "../../../docs/protocol.md?raw";
import { TOKEN_MAX } from "../../../worker/identity/offered-tokens.ts";
import { ROOM_NAME_MAX } from "../../../worker/identity/room-name.ts";
import { MARKS_MAX, RAW_MAX, USERNAME_MAX } from "../../../worker/identity/username.ts";
import { CURSOR_BYTES } from "../../../worker/room/cursor.ts";
import {
  BAD_FRAMES_PER_WINDOW,
  BAN_SECONDS,
  FRAME_BYTES,
  FRAMES_PER_WINDOW,
  ROSTER_USERS,
  WELCOME_ENTRIES,
} from "../../../worker/room/limits.ts";
import {
  CLOSE,
  type ErrorCode,
  FINAL_CLOSE_CODES,
  REFUSALS,
  type ServerFrame,
  SUBPROTOCOL,
} from "../../../worker/room/protocol.ts";

/** The rows of the table under a heading, as cells. */
function rowsUnder(heading: string): string[][] {
  const section = text.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(2)
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

// A type that the protocol gains fails to compile here until it has its line.
const FRAME_TYPES: Record<ServerFrame["type"], true> = {
  welcome: true,
  chat_message: true,
  ack: true,
  user_joined: true,
  user_left: true,
  typing: true,
  pong: true,
  roster: true,
  message_deleted: true,
  notice: true,
  error: true,
};
const ERROR_CODES: Record<Exclude<ErrorCode, keyof typeof REFUSALS>, true> = {
  invalid_format: true,
  unknown_type: true,
  rate_limited: true,
  too_long: true,
  too_old: true,
};

describe("the protocol's document", () => {
  test("has a row for every close code that the server uses, and says what a client does next", () => {
    const rows = rowsUnder("Close codes");
    const documented = rows.map(([code]) => Number(code)).filter((code) => code !== 1006);
    expect(documented).toEqual(Object.values(CLOSE).toSorted((a, b) => a - b));
    for (const [code, , next = ""] of rows) {
      const comesBack = /comes back/.test(next);
      expect({ code, comesBack }).toEqual({ code, comesBack: !FINAL_CLOSE_CODES.has(Number(code)) });
    }
  });

  test("has a row for every refusal, with its close code and status", () => {
    const documented = rowsUnder("Refusals of an upgrade").map(([code, close, status]) => [
      code?.replaceAll("`", ""),
      { close: Number(close), status: Number(status) },
    ]);
    expect(Object.fromEntries(documented)).toEqual(REFUSALS);
  });

  test("names every frame that the server sends, and every error", () => {
    const sent = rowsUnder("Server → client").flatMap(([types = ""]) =>
      types.replaceAll("`", "").split(", "),
    );
    expect(sent.toSorted()).toEqual(Object.keys(FRAME_TYPES).toSorted());
    for (const code of Object.keys(ERROR_CODES)) expect(text).toContain(`\`${code}\``);
    expect(text).toContain(`\`${SUBPROTOCOL}\``);
  });

  test("gives the numbers that the code uses", () => {
    const limits = new Map(
      rowsUnder("Limits").map(([limit = "", value = ""]) => [limit, value.replace(",", "")]),
    );
    expect(limits.get("bytes a frame")).toBe(String(FRAME_BYTES));
    expect(limits.get("frames of a connection in 10 s")).toBe(String(FRAMES_PER_WINDOW));
    expect(limits.get("bad frames of a connection in 10 s")).toBe(String(BAD_FRAMES_PER_WINDOW));
    expect(limits.get("users in a `roster`")).toBe(String(ROSTER_USERS));
    expect(limits.get("entries inside a `welcome`")).toBe(String(WELCOME_ENTRIES));
    expect(limits.get("bytes a cursor")).toBe(String(CURSOR_BYTES));
    expect(text).toContain(`1 to ${ROOM_NAME_MAX} characters`);
    expect(text).toContain(`1 to ${USERNAME_MAX} code points`);
    expect(text).toContain(`first ${RAW_MAX} UTF-16 units`);
    expect(text).toContain(`at most ${MARKS_MAX} combining marks`);
    expect(text).toContain(`longer than ${TOKEN_MAX} characters`);
    expect(text).toContain(`\`banSeconds\` 1..${BAN_SECONDS}`);
  });
});
