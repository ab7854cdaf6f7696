import { expect, test } from "vitest";
import { readTailOptions } from "../../../scripts/tail/options.ts";

test("a stack, and perhaps a room", () => {
  expect(readTailOptions(["local"])).toEqual({ stack: "local", room: undefined });
  expect(readTailOptions(["dev", "--room", "lobby"])).toEqual({ stack: "dev", room: "lobby" });
});

test("what is not understood is named, all at once", () => {
  expect(() => readTailOptions(["--rooms", "a"])).toThrow(/"--rooms" is not a flag\n.*npm run tail/s);
  expect(() => readTailOptions(["local", "--room"])).toThrow("--room names no room");
});
