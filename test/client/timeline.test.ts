import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Timeline } from "../../client/timeline.ts";
import type { ChatMessage } from "../../worker/room/protocol.ts";

const message = (id: string, order: string): ChatMessage => ({
  type: "chat_message",
  id,
  userId: "u",
  username: "Ada",
  message: `text of ${id}`,
  timestamp: 1,
  order,
  origin: "weur.1",
  seq: 1,
});
const ids = (timeline: Timeline): string[] => timeline.messages.map(({ id }) => id);

describe("timeline", () => {
  it("shows messages by order, whenever they came", () => {
    const timeline = new Timeline();
    for (const [id, order] of [
      ["b", "2"],
      ["c", "3"],
      ["a", "1"],
    ] as const)
      timeline.place(message(id, order));
    expect(ids(timeline)).toEqual(["a", "b", "c"]);
  });

  it("replaces a known id, also when its order is another one now", () => {
    const timeline = new Timeline();
    timeline.place(message("a", "2"));
    timeline.place(message("b", "3"));
    expect(timeline.place(message("b", "1"))).toBe("replaced");
    expect(ids(timeline)).toEqual(["b", "a"]);
  });

  it("lets history fill in but not replace", () => {
    const timeline = new Timeline();
    timeline.place(message("b", "2"));
    expect(timeline.backfill([message("a", "1"), message("b", "9")])).toBe(1);
    expect(timeline.messages.map(({ id, order }) => id + order)).toEqual(["a1", "b2"]);
  });

  it("does not bring a deleted message back, neither live nor from history", () => {
    const timeline = new Timeline();
    timeline.place(message("a", "1"));
    expect(timeline.remove("a")).toBe(true);
    expect(timeline.place(message("a", "1"))).toBe("ignored");
    expect(timeline.backfill([message("a", "1")])).toBe(0);
    expect(ids(timeline)).toEqual([]);
  });

  it("drops the oldest when trimmed", () => {
    const timeline = new Timeline();
    for (const order of ["1", "2", "3"]) timeline.place(message(order, order));
    expect(timeline.trim(2)).toBe(1);
    expect(ids(timeline)).toEqual(["2", "3"]);
    expect(timeline.has("1")).toBe(false);
  });

  it("holds each id once and in order, whatever comes", () => {
    const one = fc.record({
      act: fc.constantFrom("place", "backfill", "remove"),
      id: fc.constantFrom("a", "b", "c", "d", "e"),
      order: fc.constantFrom("1", "2", "3", "4"),
    });
    fc.assert(
      fc.property(fc.array(one), (acts) => {
        const timeline = new Timeline();
        const removed = new Set<string>();
        for (const { act, id, order } of acts) {
          if (act === "place") timeline.place(message(id, order));
          if (act === "backfill") timeline.backfill([message(id, order)]);
          if (act === "remove") {
            timeline.remove(id);
            removed.add(id);
          }
        }
        const shown = timeline.messages.map(({ id, order }) => order + id);
        expect(shown).toEqual([...shown].sort());
        const expected = new Set(acts.filter(({ id }) => !removed.has(id)).map(({ id }) => id));
        expect(ids(timeline).sort()).toEqual([...expected].sort());
      }),
    );
  });
});
