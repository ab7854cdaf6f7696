import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run } from "../../../scripts/toolchain/run.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));
const COUNT = "Object.keys(require.cache).filter((file) => /typescript[^/]*.js$|arborist/.test(file)).length";

/** What a program prints that begins with the SDK, as the engine starts it. */
async function program(code: string): Promise<unknown> {
  const args = [
    "--no-warnings",
    "--require",
    "./scripts/stack/late-modules.cjs",
    "-e",
    `const pulumi = require("@pulumi/pulumi"); ${code}`,
  ];
  const { stdout, stderr } = await run(process.execPath, args, { cwd: project });
  expect(stderr).toBe("");
  return JSON.parse(stdout);
}

test("the SDK comes without the compiler and npm's dependency solver, until something needs them", async () => {
  expect(
    await program(`
      const before = ${COUNT};
      require("@pulumi/pulumi/typescript-shim");
      pulumi.runtime.serializeFunction(() => 1).then(({ text }) => {
        console.log(JSON.stringify({ before, after: ${COUNT} > 0, text: /return 1|=> 1/.test(text) }));
      });`),
  ).toEqual({ before: 0, after: true, text: true });
});

test("the automation API is there when it is used", async () => {
  expect(
    await program(`
      const { LocalWorkspace } = pulumi.automation;
      const names = Object.keys(pulumi.automation);
      console.log(JSON.stringify([typeof LocalWorkspace.create, names.includes("Stack"), "fullyQualifiedStackName" in pulumi.automation]));`),
  ).toEqual(["function", true, true]);
});

test("a traced run gets its tracer", async () => {
  expect(
    await program(`
      const tracing = require("@pulumi/pulumi/cmd/run/tracing");
      const loaded = () => Object.keys(require.cache).some((file) => /exporter-zipkin/.test(file));
      const before = loaded();
      tracing.start("http://127.0.0.1:9/api/v2/spans");
      console.log(JSON.stringify({ before, after: loaded(), span: typeof tracing.newSpan("x").end }));
      process.exit(0);`),
  ).toEqual({ before: false, after: true, span: "function" });
});

test("a program's own TypeScript compiler comes at once, as ever", async () => {
  expect(
    await program(`console.log(JSON.stringify(require("util").types.isProxy(require("typescript"))))`),
  ).toBe(false);
});
