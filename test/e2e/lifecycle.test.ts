import { renameSync } from "node:fs";
import path from "node:path";
import { SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { MIGRATION_HISTORY } from "../../infra/migration-history.ts";
import { Chatter } from "../../scripts/drills/chatter.ts";
import { ProjectCopy } from "./support/project-copy.ts";

const SCRIPT = "edge-chat-local";
const Scripts = z.array(
  z.looseObject({ id: z.string(), etag: z.string(), modified_on: z.string(), migration_tag: z.string() }),
);
const Objects = z.array(z.looseObject({ id: z.string(), class: z.string(), script: z.string() }));
const Page = z.object({ messages: z.array(z.object({ message: z.string() })) });

let copy: ProjectCopy;

const account = () => `/accounts/${copy.account.accountId}`;
const live = async () =>
  Scripts.parse(await copy.api("GET", `${account()}/workers/scripts`)).find(({ id }) => id === SCRIPT);
/** The namespace that holds the rooms of a class: its data is kept for as long as its id stays. */
const namespaceOf = async (name: string) =>
  Objects.parse(await copy.api("GET", `${account()}/workers/durable_objects/namespaces`)).find(
    (namespace) => namespace.script === SCRIPT && namespace.class === name,
  )?.id;
const config = (...args: string[]) => copy.pulumi("config", ...args);
const up = async (...flags: string[]): Promise<string> => {
  const { code, said } = await copy.npm("up", "local", ...flags);
  if (code !== 0) throw new Error(said);
  return said;
};
const refused = async (command: string, ...flags: string[]): Promise<string> => {
  const { code, said } = await copy.npm(command, "local", ...flags);
  expect(code, said).not.toBe(0);
  expect(said).not.toMatch(/\n\s+at /);
  return said;
};
const isClean = () => copy.pulumi("preview", "--expect-no-changes");
const messagesOf = async (room: string): Promise<string[]> => {
  const answer = await fetch(`${copy.account.edgeUrl}/chat/${room}/messages?limit=100`);
  return Page.parse(await answer.json()).messages.map(({ message }) => message);
};
const appendStep = (step: string) =>
  copy.edit("infra/migration-history.ts", (text) => text.replace(/,?\s*\];\s*$/, `, ${step}];\n`));

const CLASS = "ChatRoom";
const newest = MIGRATION_HISTORY.length;
const [RENAME, DELETE] = [`v${newest + 1}`, `v${newest + 2}`];

beforeAll(async () => {
  copy = new ProjectCopy();
  await copy.startAccount();
  await up();
  await config("set", "--path", "limits.messagesPerMinute", "600");
  await up();
});
afterAll(() => copy.dispose());

describe("a class of a live chat", () => {
  it("is renamed while people talk: not a message is lost, and the rooms keep what they hold", async () => {
    const talk = await Chatter.start(copy.account.edgeUrl, "renamed");
    await talk.goesOn();
    // A room of its own: the one that goes on talking shows its newest hundred only.
    const guests = await Chatter.start(copy.account.edgeUrl, "kept");
    await guests.goesOn();
    const held = await guests.end();
    const before = await namespaceOf(CLASS);
    expect(before).toBeDefined();
    appendStep(`{ tag: "${RENAME}", renamedClasses: [{ from: "${CLASS}", to: "Parlour" }] }`);
    copy.edit("worker/bindings.ts", (text) => text.replace(`className: "${CLASS}"`, 'className: "Parlour"'));
    copy.edit(
      "worker/index.ts",
      (text) => `${text}\nexport { ${CLASS} as Parlour } from "./objects/chat-room.ts";\n`,
    );
    const said = await up();
    const words = said.indexOf(`class ${CLASS}: rename ${CLASS} → Parlour (data kept)`);
    expect(words).toBeGreaterThan(-1);
    expect(words).toBeLessThan(said.indexOf("Previewing update"));
    expect(said).toMatch(/live migration tag: v\d+\)/);
    await talk.goesOn();
    const count = await talk.end();
    expect(count).toBeGreaterThan(5);
    expect(await messagesOf("kept")).toHaveLength(held);
    expect(await namespaceOf("Parlour")).toBe(before);
    expect(await live()).toMatchObject({ migration_tag: RENAME });
    await isClean();
  });

  it("is not deleted without consent by its name, and then goes with everything in it, which preview says first", async () => {
    copy.edit("worker/bindings.ts", (text) => text.replace('className: "Parlour"', 'className: "Lobby"'));
    copy.edit("worker/index.ts", (text) => text.replace("as Parlour", "as Lobby"));
    appendStep(`{ tag: "${DELETE}", newSqliteClasses: ["Lobby"], deletedClasses: ["Parlour"] }`);
    const before = await live();
    const said = await refused("up");
    expect(said).toContain("class Parlour: DELETE (data lost)");
    expect(said).toMatch(
      /every room of class Parlour would be deleted for ever[\s\S]*allowDeletedClasses\[0\]/,
    );
    expect(await live()).toEqual(before);
    await config("set", "--path", "allowDeletedClasses[0]", "Parlour");
    expect(await up()).toMatch(/class Parlour: DELETE \(data lost\)[\s\S]*Previewing update/);
    expect(await messagesOf("renamed")).toEqual([]);
    expect(await namespaceOf("Parlour")).toBeUndefined();
    await isClean();
  });
});

describe("a fresh clone with an empty backend", () => {
  const state = () => path.join(copy.folder, ".local/state");
  const elsewhere = () => path.join(copy.folder, ".local/state-of-the-other-clone");

  it("overwrites nothing: it says whose state is missing, and the live script stays as it is", async () => {
    renameSync(state(), elsewhere());
    const before = await live();
    const said = await refused("up");
    expect(said).toMatch(/nothing in this stack's state says that it is this stack's/);
    expect(said).toMatch(/PULUMI_BACKEND_URL[\s\S]*config set adoptScript edge-chat-local --stack local/);
    expect(await refused("up")).toMatch(/nothing in this stack's state/);
    expect(await live()).toEqual(before);
  });

  it("takes the script over with its rooms when the stack agrees by name, and asks to take the agreement back", async () => {
    const rooms = await namespaceOf("Lobby");
    await config("set", "adoptScript", SCRIPT);
    await up();
    expect(await namespaceOf("Lobby")).toBe(rooms);
    expect(await isClean()).toMatch(/adoptScript has done its work: npm run pulumi -- config rm adoptScript/);
    await config("rm", "adoptScript");
    await isClean();
  });
});

describe("what rooms are found by", () => {
  it("does not change on a live stack: another region or name is refused with the reason", async () => {
    const before = await live();
    await config("set", "--path", "regions[0]", "oc");
    expect(await refused("up")).toMatch(/region weur leaves the settings[\s\S]*object is named region\/room/);
    await config("set", "--path", "regions[0]", "weur");

    await config("set", "scriptName", "edge-chat-renamed");
    const renamed = await refused("up");
    expect(renamed).toContain("class Lobby: DELETE (data lost)");
    expect(renamed).toMatch(
      /every room of class Lobby would be deleted for ever: script edge-chat-local of account \w+ is replaced by edge-chat-renamed/,
    );
    await config("rm", "scriptName");

    expect(await live()).toEqual(before);
    await isClean();
  });

  it("stays inside its zone", async () => {
    await config("set", "--path", "routes[1].pattern", "chat.example.com/*");
    await config("set", "--path", "routes[1].zone", "localhost");
    expect(await refused("up")).toMatch(/chat\.example\.com\/\* does not lie in its zone localhost/);
    await config("rm", "--path", "routes[1]");
    await isClean();
  });
});

describe("what holds data", () => {
  it("cannot be destroyed while it is protected", async () => {
    await config("set", "protect", "true");
    await up();
    const before = await live();
    const said = await refused("destroy", "--yes");
    expect(said).toMatch(/protect/);
    expect(await live()).toEqual(before);
    expect(await up()).toMatch(/Resources:/);
    await config("set", "protect", "false");
    await up();
    await isClean();
  });

  it("keeps a secret that was set by other means, through uploads and a refresh", async () => {
    const key = "set-by-hand-0123456789-0123456789";
    const read = async (signedWith: string): Promise<number> => {
      const claims = { sub: "anna", name: "Anna", room: "tickets", exp: Math.ceil(Date.now() / 1000) + 60 };
      const ticket = await new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256" })
        .sign(new TextEncoder().encode(signedWith));
      const headers = { authorization: `Bearer ${ticket}` };
      return (await fetch(`${copy.account.edgeUrl}/chat/tickets/messages`, { headers })).status;
    };
    await copy.api("PUT", `${account()}/workers/scripts/${SCRIPT}/secrets`, {
      name: "TICKET_KEY",
      text: key,
      type: "secret_text",
    });
    await config("set", "access", "ticket");
    await config("set", "--path", "keptSecrets[0]", "ticketKey");
    expect(await up()).toMatch(/secret TICKET_KEY stays as the script has it/);
    await isClean();
    await copy.pulumi("refresh", "--yes");
    await isClean();
    expect(await read(key)).toBe(200);
    expect(await read("another-key-0123456789-0123456789")).toBe(401);
  });
});
