/**
 * The official TypeScript SDK, unchanged, makes one call to each endpoint, and its types accept what came: every answer
 * is written as a literal where the SDK's own type of the answer is expected, and the compiler judges.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { routesMarked } from "../endpoints/endpoint-table.ts";
import { startTestAccount, type TestAccount } from "../test-account.ts";

const PROJECT = fileURLToPath(new URL("project/", import.meta.url));
const TSC = fileURLToPath(new URL("../../../node_modules/typescript/bin/tsc", import.meta.url));
const SETUP_LIMIT_MS = 180_000;

const run = promisify(execFile);
const lineSchema = z.union([
  z.strictObject({ request: z.string() }),
  z.strictObject({ method: z.string(), answer: z.unknown() }),
  z.strictObject({ method: z.string(), items: z.array(z.unknown()) }),
  z.strictObject({ text: z.string() }),
]);

let account: TestAccount;
let lines: z.infer<typeof lineSchema>[];

beforeAll(async () => {
  await install();
  account = await startTestAccount();
  const env = {
    PATH: process.env.PATH,
    API_URL: account.apiUrl,
    API_TOKEN: account.apiToken,
    ACCOUNT_ID: account.accountId,
  };
  const { stdout } = await run(process.execPath, [`${PROJECT}calls.ts`], { env, maxBuffer: 16_000_000 });
  lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => lineSchema.parse(JSON.parse(line)));
}, SETUP_LIMIT_MS);
afterAll(() => account.remove());

/** The SDK is large and only this test needs it: it comes when its folder lacks the version of the lock file. */
async function install(): Promise<void> {
  const installed = `${PROJECT}node_modules/.package-lock.json`;
  const versionIn = (file: string) =>
    z
      .object({ packages: z.record(z.string(), z.object({ version: z.string().optional() })) })
      .parse(JSON.parse(readFileSync(file, "utf8"))).packages["node_modules/cloudflare"]?.version;
  if (existsSync(installed) && versionIn(installed) === versionIn(`${PROJECT}package-lock.json`)) return;
  await run("npm", ["ci", "--no-audit", "--no-fund"], { cwd: PROJECT, timeout: SETUP_LIMIT_MS });
}

/** `workers.scripts.get` is the type `Cloudflare["workers"]["scripts"]["get"]`. */
const typeOf = (method: string): string =>
  `Awaited<ReturnType<Cloudflare${method
    .split(".")
    .map((part) => `["${part}"]`)
    .join("")}>>`;

/** Where Cloudflare itself sends null although the types do not say so: in the owner of a zone and in settings. */
const NULLABLE = new Set(["id", "email", "name", "observability"]);

/** The official provider breaks without a `placement`, and the types know none that is empty. */
const literal = (value: unknown): string =>
  JSON.stringify(value, (name, field: unknown) =>
    (field === null && NULLABLE.has(name)) || (name === "placement" && JSON.stringify(field) === "{}")
      ? undefined
      : field,
  );

function checks(): string[] {
  return lines.flatMap((line) => {
    if ("items" in line) {
      const item = `ReturnType<${typeOf(line.method)}["getPaginatedItems"]>[number]`;
      return line.items.map((value) => `accept<${item}>()(${literal(value)});`);
    }
    if (!("answer" in line) || line.answer === null) return [];
    return [`accept<${typeOf(line.method)}>()(${literal(line.answer)});`];
  });
}

const HEAD = [
  'import type Cloudflare from "cloudflare";',
  "/** Fields beyond the type are allowed: Cloudflare adds some at any time. */",
  "declare const accept: <T>() => <V extends T>(value: V) => void;",
];

describe("the official SDK", () => {
  it("has its calls answered, its types accept every answer, and would refuse one that lacks a field", async () => {
    const answers = checks();
    expect(answers.length).toBeGreaterThan(40);
    const whole = [...HEAD, ...answers].join("\n");
    mkdirSync(`${PROJECT}.build`, { recursive: true });
    writeFileSync(`${PROJECT}.build/answers.ts`, whole);
    writeFileSync(`${PROJECT}.build/wrong.ts`, whole.replace('"title":"first"', '"name":"first"'));
    const judged = await run(process.execPath, [TSC, "-p", PROJECT]).then(
      () => "",
      ({ stdout }: { stdout: string }) => stdout,
    );
    const problems = judged.split("\n").filter((line) => line.includes("error TS"));
    expect(problems).toEqual([expect.stringMatching(/wrong\.ts.*Namespace/)]);
  }, 60_000);

  it("sees a key's value as it was written", () => {
    expect(lines).toContainEqual({ text: "text" });
  });

  it("reaches every endpoint that the table says it does", () => {
    const made = lines.flatMap((line) => ("request" in line ? [line.request] : []));
    expect(routesMarked("SDK", made)).toEqual({ missing: [], unexpected: [] });
  });
});
