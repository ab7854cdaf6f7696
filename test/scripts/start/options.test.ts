import { expect, test } from "vitest";
import { readStartOptions } from "../../../scripts/start/options.ts";

test("without flags: the usual ports, in the foreground, with the state of last time", () => {
  expect(readStartOptions([])).toEqual({ port: 8787, apiPort: 8780, detach: false, fresh: false });
});

test("each flag is read", () => {
  expect(readStartOptions(["--port", "9000", "--api-port=9001", "--detach", "--fresh"])).toEqual({
    port: 9000,
    apiPort: 9001,
    detach: true,
    fresh: true,
  });
});

test("port 0 takes any free one, for both", () => {
  expect(readStartOptions(["--port", "0", "--api-port", "0"])).toMatchObject({ port: 0, apiPort: 0 });
});

test("every mistake is named at once, with the usage", () => {
  const start = () => readStartOptions(["--prot", "1", "--port", "x", "--api-port", "70000", "now"]);
  expect(start).toThrow(/--prot.*"now".*--port is "x".*--api-port is "70000".*65535.*npm start/s);
});

test("the two ports must differ, and a port may not be missing", () => {
  expect(() => readStartOptions(["--port", "8780"])).toThrow(/both 8780/);
  expect(() => readStartOptions(["--port"])).toThrow(/--port is/);
});
