import { afterAll, beforeAll, expect, it } from "vitest";
import * as z from "zod";
import { ChatClient } from "../../client/chat-client.ts";
import { commitBefore } from "./support/commit-before.ts";
import { ProjectCopy } from "./support/project-copy.ts";
import { CROWD, configure } from "./support/settings-of.ts";
import { socketFrom, Traveller } from "./support/traveller.ts";
import { within } from "./support/within.ts";

/** More than a room shows, so that its log was trimmed as well. */
const LONG_TALK = 130;
const History = z.object({
  messages: z.array(z.object({ id: z.string(), message: z.string(), order: z.string() })),
  more: z.boolean(),
});
const Info = z.object({ users: z.number(), messages: z.number(), regions: z.array(z.string()) });

let copy: ProjectCopy;
const people: Traveller[] = [];

const up = async () => {
  const { code, said } = await copy.npm("up", "local", "--yes");
  if (code !== 0) throw new Error(said);
  return said;
};
const arrive = async (room: string, name: string, colo: string) => {
  const person = await Traveller.arrive({ edge: () => copy.account.edgeUrl, room, name, colo });
  people.push(person);
  return person;
};
const ask = async (colo: string, path: string, init: RequestInit = {}): Promise<unknown> => {
  const answer = await fetch(`${copy.account.edgeUrl}${path}`, {
    ...init,
    headers: { "x-local-colo": colo, authorization: `Bearer ${await copy.setting("adminToken")}` },
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
};
const history = async (colo: string, room: string) =>
  History.parse(await ask(colo, `/chat/${room}/messages?limit=100`)).messages;
const settled = (person: Traveller, count: number) =>
  within(60_000, `${person.name} to have ${count} messages taken`, async () =>
    person.isSettled && person.acknowledged.length === count ? true : undefined,
  );

beforeAll(async () => {
  copy = new ProjectCopy(commitBefore("worker/room/replicator.ts"));
  await copy.startAccount();
  configure(copy, "infra/local-stack.yaml", { ...CROWD, regions: ["weur"] });
  await up();
});
afterAll(async () => {
  for (const person of people) person.leave();
  await copy.dispose();
});

it("rooms of the version before there were replicas keep every message when their chat becomes one of three regions", async () => {
  // A room that is left alone, one that people stay in, one with a deleted message and a ban.
  const left = await arrive("left", "Ada", "FRA");
  for (let number = 0; number < LONG_TALK; number++) left.say();
  await settled(left, LONG_TALK);
  left.leave();
  const stays = await arrive("busy", "Bob", "FRA");
  for (let number = 0; number < 20; number++) stays.say();
  await settled(stays, 20);
  const banned = await arrive("strict", "Eve", "FRA");
  for (let number = 0; number < 3; number++) banned.say();
  await settled(banned, 3);
  const [first] = await history("FRA", "strict");
  await ask("FRA", `/chat/strict/messages/${first?.id}`, { method: "DELETE" });
  const kick = { method: "POST", body: JSON.stringify({ userId: banned.client.userId, banSeconds: 3600 }) };
  await ask("FRA", "/chat/strict/kick", kick);
  const before = {
    left: await history("FRA", "left"),
    busy: await history("FRA", "busy"),
    strict: await history("FRA", "strict"),
  };
  expect([before.left, before.busy, before.strict].map(({ length }) => length)).toEqual([100, 20, 2]);

  await copy.crash();
  copy.takeSources();
  await copy.startAccount();
  configure(copy, "Pulumi.local.yaml", { regions: ["weur", "enam", "apac"] });
  expect(await copy.pulumi("preview")).toMatch(/class ChatRoom: keep[\s\S]*class RoomHub: create/);
  await up();

  // Who asks finds all of it from anywhere, also where nobody ever was.
  for (const colo of ["NRT", "IAD", "FRA"])
    for (const [room, messages] of Object.entries(before))
      expect(await history(colo, room)).toEqual(messages);

  // Who stayed goes on in the same room, and who comes in elsewhere is in it too.
  const tokyo = await arrive("busy", "Chie", "NRT");
  expect(tokyo.client.room?.region).toBe("apac");
  expect(tokyo.texts).toEqual(before.busy.slice(-10).map(({ message }) => message));
  stays.say();
  tokyo.say();
  await settled(tokyo, 1);
  await within(30_000, "both to hear each other", async () =>
    stays.texts.includes("Chie 0") && tokyo.texts.includes("Bob 20") ? true : undefined,
  );
  expect(Info.parse(await ask("NRT", "/chat/busy"))).toMatchObject({ users: 2, messages: 22 });

  // A room that slept through it all comes to whoever wakes it, wherever that is.
  const washington = await arrive("left", "Dan", "IAD");
  expect(washington.client.room?.region).toBe("enam");
  expect(washington.texts).toEqual(before.left.slice(-10).map(({ message }) => message));
  washington.say();
  await settled(washington, 1);
  await within(30_000, "the whole log to be in America", async () =>
    (await history("IAD", "left")).length === 100 ? true : undefined,
  );
  expect((await history("IAD", "left")).map(({ id }) => id)).toEqual([
    ...before.left.slice(1).map(({ id }) => id),
    washington.ids.at(-1),
  ]);

  // The deleted message does not come back, and the ban holds in every region.
  const judge = await arrive("strict", "Fay", "IAD");
  expect(judge.texts).toEqual(before.strict.map(({ message }) => message));
  const back = new ChatClient({
    url: copy.account.edgeUrl,
    room: "strict",
    WebSocket: socketFrom(() => "NRT"),
    storage: { load: () => ({ session: banned.client.room?.session, outbox: [] }), save: () => {} },
  });
  await within(30_000, "the banned one to be refused", async () =>
    back.state.status === "offline" ? true : undefined,
  );
  expect(back.state).toMatchObject({ reason: "banned" });
  await copy.pulumi("up", "--yes", "--skip-preview", "--expect-no-changes");
});
