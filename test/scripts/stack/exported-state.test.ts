import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeCli } from "../../../scripts/stack/cli.ts";
import { exportedState } from "../../../scripts/stack/exported-state.ts";

const folder = mkdtempSync(path.join(os.tmpdir(), "edge-chat-state-"));
const stacks = path.join(folder, ".pulumi/stacks/edge-websocket-chat");
mkdirSync(stacks, { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In the CLI's place: what it would print is its arguments. */
const cli = makeCli(process.execPath, folder, { PULUMI_BACKEND_URL: `file://${folder}` });
const asked = (stack: string, backend = `file://${folder}`) =>
  exportedState({
    stack,
    cli: {
      ...cli,
      environment: { PULUMI_BACKEND_URL: backend },
      quiet: async (args) =>
        args.includes("none")
          ? { code: 255, stdout: "", stderr: "no stack named 'none' found\n" }
          : { code: 0, stdout: `cli: ${args.join(" ")}`, stderr: "" },
    },
  });
const store = (stack: string, text: string) => writeFileSync(path.join(stacks, `${stack}.json`), text);

test("the state in a file backend is read from there, a new stack's as well", async () => {
  store("dev", JSON.stringify({ version: 3, checkpoint: { stack: "dev", latest: { resources: [1] } } }));
  store("new", JSON.stringify({ version: 3, checkpoint: { stack: "new" } }));
  expect(JSON.parse(await asked("dev"))).toEqual({ version: 3, deployment: { resources: [1] } });
  expect(JSON.parse(await asked("new"))).toEqual({ version: 3, deployment: {} });
});

test("everything else is asked of the CLI: other backends, other versions, half a file, no such stack", async () => {
  store("later", JSON.stringify({ version: 4, checkpoint: { latest: {} } }));
  store("torn", '{"version":3,"check');
  for (const stack of ["later", "torn", "gone"])
    expect(await asked(stack)).toBe(`cli: stack export --stack ${stack}`);
  expect(await asked("dev", "s3://states")).toBe("cli: stack export --stack dev");
  await expect(asked("none")).rejects.toThrow(/^no stack named 'none' found$/);
});
