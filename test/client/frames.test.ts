import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeFrames } from "../../client/frames.ts";

const ack = { type: "ack", clientId: "1-abcdefgh", id: "i", timestamp: 1, order: "o" };

describe("frames from the server", () => {
  it("takes one object, or an array of them in order", () => {
    expect(decodeFrames(JSON.stringify(ack))).toEqual([ack]);
    expect(decodeFrames(JSON.stringify([ack, { type: "pong", timestamp: 1 }]))).toEqual([
      ack,
      { type: "pong", timestamp: 1 },
    ]);
  });

  it("leaves out unknown types and frames without what they must have, and keeps unknown fields", () => {
    const frames = [
      { type: "reaction" },
      { ...ack, id: 5 },
      { ...ack, later: true },
      null,
      3,
      { type: "toString" },
    ];
    expect(decodeFrames(JSON.stringify(frames))).toEqual([{ ...ack, later: true }]);
  });

  it("has nothing to say to the raw pong, binary data and text that is no JSON", () => {
    for (const data of ["pong", new ArrayBuffer(1), "{", "", undefined])
      expect(decodeFrames(data)).toEqual([]);
  });

  it("does not throw, whatever comes", () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void decodeFrames(text)));
  });
});
