import { describe, expect, it } from "vitest";
import { TypingBoard, TypingSender } from "../../client/typing.ts";

const ada = { userId: "a", username: "Ada" };

describe("typing, said", () => {
  it("says it once per three seconds of key strokes, and the end once", () => {
    const sender = new TypingSender();
    const at = (now: number, isTyping: boolean) => {
      sender.want(isTyping, now);
      return sender.take(now);
    };
    expect([at(0, true), at(500, true), at(2_999, true), at(3_000, true)]).toEqual([
      true,
      undefined,
      undefined,
      true,
    ]);
    expect([at(4_200, false), at(5_500, false)]).toEqual([false, undefined]);
  });

  it("says the last word a second later when it would come too soon for the room", () => {
    const sender = new TypingSender();
    sender.want(true, 0);
    expect(sender.take(0)).toBe(true);
    sender.want(false, 300);
    expect(sender.take(300)).toBeUndefined();
    expect(sender.dueIn(300)).toBe(800);
    expect(sender.take(1_100)).toBe(false);
    expect(sender.dueIn(1_100)).toBeUndefined();
  });

  it("has no end to say after a message, which ends it for everybody", () => {
    const sender = new TypingSender();
    sender.want(true, 0);
    sender.take(0);
    sender.reset();
    expect(sender.dueIn(100)).toBeUndefined();
    sender.want(false, 2_000);
    expect(sender.take(2_000)).toBeUndefined();
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
