import { describe, expect, test } from "vitest";
import { needs, readRequest, shortName } from "../../../scripts/stack/chosen-stack.ts";

describe("the stack that a command line means", () => {
  test.each([
    [["preview", "--stack", "dev"], "dev"],
    [["preview", "--stack=dev"], "dev"],
    [["-s", "dev", "preview"], "dev"],
    [["up", "-sdev"], "dev"],
    [["stack", "select", "staging"], "staging"],
    [["stack", "init", "organization/edge-websocket-chat/dev"], "organization/edge-websocket-chat/dev"],
    [["stack", "rm", "--yes", "dev"], "dev"],
    [["preview"], undefined],
    [["config", "set", "scriptName", "dev"], undefined],
  ])("%j means %s", (args, stack) => {
    expect(readRequest(args).stack).toBe(stack);
  });

  test("what follows -- is not read", () => {
    expect(readRequest(["env", "run", "--", "x", "--stack", "dev"]).stack).toBeUndefined();
  });

  test("a fully qualified name and the short one are the same stack", () => {
    expect(shortName("organization/edge-websocket-chat/local")).toBe(shortName("local"));
  });
});

describe("what a command needs", () => {
  test.each(["preview", "up", "refresh", "destroy", "import"])(
    "%s needs the stack and the provider",
    (command) => {
      expect(needs(readRequest([command]))).toEqual({ stack: true, provider: true });
    },
  );

  test.each([["config"], ["stack"], ["stack", "output"], ["stack", "export"], ["cancel"]])(
    "%s %s needs the stack but no provider",
    (...words) => {
      expect(needs(readRequest(words))).toEqual({ stack: true, provider: false });
    },
  );

  test.each([
    ["version"],
    ["login"],
    ["stack", "ls"],
    ["stack", "init", "x"],
    ["stack", "rm", "x"],
    ["up", "--help"],
    [],
  ])("%s %s makes no stack", (...words) => {
    expect(needs(readRequest(words))).toEqual({ stack: false, provider: false });
  });

  test("a flag's value is not mistaken for the command", () => {
    expect(readRequest(["--color", "never", "up", "--message", "destroy"]).words).toEqual(["up"]);
  });
});
