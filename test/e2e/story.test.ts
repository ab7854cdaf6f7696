import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { MIGRATION_HISTORY } from "../../infra/migration-history.ts";
import { Chatter } from "../../scripts/drills/chatter.ts";
import { ProjectCopy } from "./support/project-copy.ts";

/** A chat's life as docs/operations.md tells it, told once more by the real engine while people chat throughout. */
const RUNBOOK = readFileSync(new URL("../../docs/operations.md", import.meta.url), "utf8");
const Page = z.object({ messages: z.array(z.object({ message: z.string() })) });
const Health = z.object({ version: z.string() });
const Scripts = z.array(z.object({ id: z.string(), migration_tag: z.string() }));

let copy: ProjectCopy;
let talk: Chatter;

const commands: string[] = [];
/** A command of the runbook, where the stack is called `production`. */
async function run(name: string, ...args: string[]): Promise<{ code: number | null; said: string }> {
  const words = args.map((word) => (word === "local" ? "production" : word)).join(" ");
  commands.push(`npm run ${name} -- ${words}`);
  return copy.npm(name, ...args);
}
async function must(name: string, ...args: string[]): Promise<string> {
  const { code, said } = await run(name, ...args);
  if (code !== 0) throw new Error(said);
  return said;
}
const isClean = async () =>
  expect(await must("preview", "local", "--expect-no-changes")).toMatch(/unchanged/);
const chatUrl = () => copy.account.edgeUrl;
const running = async () => Health.parse(await (await fetch(`${chatUrl()}/api/health`)).json()).version;
const messagesOf = async (room: string) =>
  Page.parse(await (await fetch(`${chatUrl()}/chat/${room}/messages?limit=100`)).json()).messages.map(
    ({ message }) => message,
  );
const liveTag = async () =>
  Scripts.parse(await copy.api("GET", `/accounts/${copy.account.accountId}/workers/scripts`))[0]
    ?.migration_tag;
const appendStep = (step: string) =>
  copy.edit("infra/migration-history.ts", (text) => text.replace(/,?\s*\];\s*$/, `,\n  ${step},\n];\n`));
const addToWorker = (text: string) => copy.edit("worker/index.ts", (code) => `${code}\n${text}\n`);
const nextTag = (offset: number) => `v${MIGRATION_HISTORY.length + offset}`;

beforeAll(async () => {
  copy = new ProjectCopy();
  await copy.startAccount();
  copy.edit(
    "infra/local-stack.yaml",
    (text) => `${text}  edge-websocket-chat:limits:
    messagesPerMinute: 600
  edge-websocket-chat:release:
    strategy: gradual
    bakeSeconds: 0
`,
  );
});
afterAll(() => copy.dispose());

describe("the story of a chat", () => {
  it("begins with a fresh up, after which nothing is left to change", async () => {
    expect(await must("up", "local")).toMatch(/6 created/);
    await isClean();
    expect(await must("smoke", "local")).toMatch(/two clients exchanged/);
    talk = await Chatter.start(chatUrl(), "story");
    await talk.goesOn();
  });

  it("goes on with a change of the code, to a few people first", async () => {
    addToWorker('Object.assign(globalThis, { release: "two" });');
    const said = await must("up", "local");
    expect(said).toMatch(/step 1 of 2, 5 %[\s\S]*step 2 of 2, 25 %/);
    expect(said).toMatch(/1 updated/);
    await talk.goesOn();
    await isClean();
  });

  it("renames a class: its rooms keep their messages", async () => {
    const room = "kept-over-the-rename";
    const guests = await Chatter.start(chatUrl(), room);
    await guests.goesOn();
    const before = await guests.end();
    appendStep(
      `{ tag: "${nextTag(1)}", renamedClasses: [{ from: "ChatRoom", to: "Parlour" }], newSqliteClasses: ["Attic"] }`,
    );
    copy.edit("worker/bindings.ts", (text) => text.replace('className: "ChatRoom"', 'className: "Parlour"'));
    addToWorker('export { ChatRoom as Parlour, ChatRoom as Attic } from "./objects/chat-room.ts";');
    const refused = await run("up", "local");
    expect(refused.code).not.toBe(0);
    expect(refused.said).toMatch(/cannot carry the pending migration/);
    expect(await must("up", "local", "--all-at-once")).toMatch(/ChatRoom → Parlour \(data kept\)/);
    expect(await liveTag()).toBe(nextTag(1));
    expect(await messagesOf(room)).toHaveLength(before);
    await talk.goesOn();
    await isClean();
  });

  it("survives a bad release: 5 % of the rooms see it for a moment, then none", async () => {
    const good = await running();
    const broken = 'throw new Error("a bad release");';
    copy.edit("worker/objects/chat-room.ts", (text) =>
      text.replace(/async info\([^)]*\)[^{]*\{/, (head) => `${head} ${broken}`),
    );
    const failed = await run("up", "local");
    expect(failed.code).toBe(1);
    expect(failed.said).toMatch(/failed at step 1 of 2, 5 %/);
    expect(failed.said).toMatch(/all traffic is back at the version before/);
    expect(await running()).toBe(good);
    copy.edit("worker/objects/chat-room.ts", (text) => text.replace(` ${broken}`, ""));
    await copy.pulumi("refresh", "--yes", "--expect-no-changes");
    await talk.goesOn();
  });

  it("rolls a release back that nobody likes, and nothing is left to change", async () => {
    const good = await running();
    addToWorker('Object.assign(globalThis, { release: "nobody likes it" });');
    await must("up", "local");
    expect(await running()).not.toBe(good);
    expect(await must("rollback", "local", "--list")).toMatch(/ runs/);
    expect(await must("rollback", "local")).toMatch(/What does not:[\s\S]*rolled back from/);
    expect(await running()).toBe(good);
    await talk.goesOn();
    await isClean();
  });

  it("deletes a class only with consent by its name", async () => {
    appendStep(`{ tag: "${nextTag(2)}", deletedClasses: ["Attic"] }`);
    copy.edit("worker/index.ts", (text) => text.replace(", ChatRoom as Attic", ""));
    const refused = await run("up", "local", "--all-at-once");
    expect(refused.code).not.toBe(0);
    expect(refused.said).toMatch(/class Attic: DELETE \(data lost\)/);
    expect(refused.said).toMatch(/config set --path 'allowDeletedClasses\[0\]' Attic --stack local/);
    expect(await liveTag()).toBe(nextTag(1));
    await must("pulumi", "config", "set", "--path", "allowDeletedClasses[0]", "Attic", "--stack", "local");
    await must("up", "local", "--all-at-once");
    expect(await liveTag()).toBe(nextTag(2));
    await isClean();
    await talk.goesOn();
  });

  it("lost no message in all that, and doubled none", async () => {
    expect(await talk.end()).toBeGreaterThan(50);
  });

  it("ends with destroy, and leaves nothing behind", async () => {
    await must("destroy", "local", "--yes");
    const { accountId, zoneId } = copy.account;
    for (const place of [
      `/accounts/${accountId}/workers/scripts`,
      `/accounts/${accountId}/storage/kv/namespaces`,
      `/zones/${zoneId}/workers/routes`,
    ])
      expect(await copy.api("GET", place)).toEqual([]);
  });

  it("stands in the runbook, command by command", () => {
    const quoted = (command: string) => command.replace("allowDeletedClasses[0]", "'allowDeletedClasses[0]'");
    const missing = commands.map(quoted).filter((command) => !RUNBOOK.includes(command));
    expect([...new Set(missing)]).toEqual([]);
  });
});
