import { rmSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { Chatter } from "../../scripts/drills/chatter.ts";
import { ProjectCopy } from "./support/project-copy.ts";

const Health = z.object({ version: z.string() });

let copy: ProjectCopy;
let first: string;
let second: string;

const up = async () => {
  const answer = await copy.npm("up", "local");
  if (answer.code !== 0) throw new Error(answer.said);
  return answer.said;
};
const rollback = (...args: string[]) => copy.npm("rollback", "local", ...args);
const running = async () =>
  Health.parse(await (await fetch(new URL("/api/health", copy.account.edgeUrl))).json()).version;
const mark = (text: string) =>
  copy.edit("worker/index.ts", (code) => `${code}\nObject.assign(globalThis, { release: "${text}" });\n`);
/** What a teammate's clone has not got: the bundles of earlier releases. */
const forgetBundles = () => rmSync(path.join(copy.folder, ".build"), { recursive: true, force: true });
const isClean = async () =>
  expect((await copy.npm("preview", "local", "--expect-no-changes")).said).toMatch(/unchanged/);

beforeAll(async () => {
  copy = new ProjectCopy();
  await copy.startAccount();
  copy.edit(
    "infra/local-stack.yaml",
    (text) => `${text}  edge-websocket-chat:limits:
    messagesPerMinute: 600
  edge-websocket-chat:connectsPerMinute: 600
`,
  );
  await up();
  first = await running();
  mark("second");
  await up();
  second = await running();
});
afterAll(() => copy.dispose());

describe("a rollback", () => {
  it("brings the release before back from the account, says what stays, and leaves nothing to change", async () => {
    const chatter = await Chatter.start(copy.account.edgeUrl, "rollback");
    forgetBundles();
    const { code, said } = await rollback();
    expect(code).toBe(0);
    expect(said).toMatch(new RegExp(`${second.slice(0, 12)}  runs\\n  ${first.slice(0, 12)}  comes back`));
    expect(said).toMatch(/version: "[0-9a-f]{64}" → "[0-9a-f]{64}"[\s\S]*1 updated/);
    expect(said).toMatch(/data: messages[\s\S]*secrets and settings: those of the stack now/);
    expect(await running()).toBe(first);
    await chatter.goesOn();
    await chatter.end();
    await isClean();
  });

  it("holds: neither up nor a refresh, nor another clone, brings the rolled back code in again", async () => {
    forgetBundles();
    expect(await up()).toMatch(/which was rolled back[\s\S]*6 unchanged/);
    await copy.pulumi("refresh", "--yes", "--expect-no-changes");
    expect(await running()).toBe(first);
    expect((await rollback("--list")).said).toMatch(/ runs\n.* was rolled back/);
  });

  it("goes to a version by name, forwards as well", async () => {
    expect((await rollback(second.slice(0, 8))).code).toBe(0);
    expect(await running()).toBe(second);
    await isClean();
  });

  it("ends as soon as the code changes", async () => {
    expect((await rollback()).said).toMatch(/There is|no earlier release/);
    mark("third");
    expect(await up()).toMatch(
      /1 updated[\s\S]*✓ health names version [0-9a-f]{12}[\s\S]*✓ a resume replayed/,
    );
    expect(await running()).not.toBe(second);
    await isClean();
  });

  it("is what up names when the release that it made fails its smoke test", async () => {
    const good = await running();
    copy.edit("worker/routes/health.ts", (code) => code.replace('"healthy"', '"ill"'));
    const bad = await copy.npm("up", "local");
    expect(bad.code).toBe(1);
    expect(bad.said).toMatch(
      /1 updated[\s\S]*has all traffic and fails its smoke test: .* not a healthy chat/,
    );
    expect(bad.said).toContain(`To go back to ${good.slice(0, 12)}: npm run rollback -- local`);
    expect((await rollback()).said).toMatch(/✓ a resume replayed[\s\S]*rolled back from/);
    expect(await running()).toBe(good);
    copy.edit("worker/routes/health.ts", (code) => code.replace('"ill"', '"healthy"'));
  });

  it("does not cross a change of the classes, and says so", async () => {
    const before = await running();
    copy.edit("infra/migration-history.ts", (text) =>
      text.replace(/,?\s*\];\s*$/, ', { tag: "extra", newSqliteClasses: ["Extra"] }];\n'),
    );
    copy.edit(
      "worker/index.ts",
      (text) => `${text}\nexport { ChatRoom as Extra } from "./objects/chat-room.ts";\n`,
    );
    const pending = await rollback(first);
    expect(pending.code).not.toBe(0);
    expect(pending.said).toMatch(/steps up to extra that have not run/);
    await up();
    const crossing = await rollback(before);
    expect(crossing.code).not.toBe(0);
    expect(crossing.said).toMatch(/ran under the migration tag v\d+, and the account is at extra/);
    expect((await rollback("ffff")).said).toMatch(/No release of stack "local" begins with "ffff"/);
  });

  it("is not the way back from a setting: an up that changes nothing else is proved too, and says so", async () => {
    copy.edit("Pulumi.local.yaml", (text) =>
      text.replace(/connectsPerMinute: \D*600\D?$/m, "connectsPerMinute: 1"),
    );
    const { code, said } = await copy.npm("up", "local");
    expect(code).toBe(1);
    expect(said).toMatch(
      /ran before as well, but after this change it fails its smoke test: the room let nobody in/,
    );
    expect(said).toMatch(
      /A rollback brings no settings back: correct them in Pulumi\.local\.yaml, then npm run up/,
    );
  });
});
