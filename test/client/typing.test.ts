import { describe, expect, it } from "vitest";
import { TypingBoard, TypingSender } from "../../client/typing.ts";

const ada = { userId: "a", username: "Ada" };

describe("typing, said", () => {
  it("says it once per three seconds of key strokes, and the end once", () => {
    const sender = new TypingSender();
    expect([0, 500, 2_999, 3_000].map((now) => sender.should(true, now))).toEqual([true, false, false, true]);
    expect([sender.should(false, 3_100), sender.should(false, 3_200)]).toEqual([true, false]);
  });

  it("has no end to say after a message, which ends it for everybody", () => {
    const sender = new TypingSender();
    sender.should(true, 0);
    sender.reset();
    expect(sender.should(false, 100)).toBe(false);
    expect(sender.should(true, 200)).toBe(true);
  });
});

describe("typing, heard", () => {
  it("forgets somebody who stopped without saying so", () => {
    const board = new TypingBoard();
    expect(board.heard(ada, true, 0)).toBe(true);
    expect(board.dueIn(0)).toBe(7_000);
    expect(board.expire(6_999)).toBe(false);
    expect(board.expire(7_000)).toBe(true);
    expect(board.users).toEqual([]);
  });

  it("changes nothing when somebody known goes on typing", () => {
    const board = new TypingBoard();
    board.heard(ada, true, 0);
    expect(board.heard(ada, true, 3_000)).toBe(false);
    expect(board.users).toEqual([ada]);
    expect(board.heard(ada, false, 4_000)).toBe(true);
  });
});
