import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import * as z from "zod";
import { ProjectCopy } from "./support/project-copy.ts";
import { CROWD, configure } from "./support/settings-of.ts";
import { within } from "./support/within.ts";
import { CITIES, World } from "./support/world.ts";

const PEOPLE = 15;
const SEED = 7;
/** Time for chat between two changes, ms. */
const PEACE_MS = 5_000;
const ARRIVAL_MS = 60_000;
const Info = z.object({ users: z.number(), messages: z.number(), regions: z.array(z.string()) });
const History = z.object({ messages: z.array(z.object({ message: z.string() })) });

let copy: ProjectCopy;
let world: World;

const up = async () => {
  const { code, said } = await copy.npm("up", "local", "--yes");
  if (code !== 0) throw new Error(said);
};
const settle = (settings: Readonly<Record<string, unknown>>) =>
  configure(copy, "Pulumi.local.yaml", settings);
const from = async (colo: string, path: string): Promise<unknown> =>
  (await fetch(`${copy.account.edgeUrl}${path}`, { headers: { "x-local-colo": colo } })).json();
/** The regions that serve somebody now. */
const serving = () => [...new Set(world.people.map(({ client }) => client.room?.region ?? ""))].sort();
const servedBy = (...regions: string[]) =>
  within(ARRIVAL_MS, `people to be served by ${regions}`, async () =>
    serving().join() === regions.join() ? true : undefined,
  ).catch(() => expect(serving()).toEqual(regions));

beforeAll(async () => {
  copy = new ProjectCopy();
  configure(copy, "infra/local-stack.yaml", { ...CROWD, regions: ["weur"] });
  await copy.startAccount();
  await up();
  world = new World(copy, "growing", SEED);
});
afterAll(async () => {
  world?.leave();
  await copy.dispose();
});

it("regions come, close and go while people chat on: nothing is lost, and everybody sees one order", async () => {
  await world.arrive(PEOPLE, CITIES);
  expect(serving()).toEqual(["weur"]);
  world.storm({ everyMs: 2_500, disturbEveryMs: 500, cities: CITIES });
  await pause(PEACE_MS);

  settle({ regions: ["weur", "enam", "apac"] });
  await up();
  await servedBy("apac", "enam", "weur");
  await pause(PEACE_MS);

  settle({ closedRegions: ["weur"] });
  await up();
  await servedBy("apac", "enam");
  await pause(PEACE_MS);

  settle({ regions: ["enam", "apac"], closedRegions: undefined });
  const refused = await copy.npm("up", "local", "--yes");
  expect(refused.code).not.toBe(0);
  expect(refused.said).toMatch(/region weur leaves the settings[\s\S]*closedRegions[\s\S]*allowLeftRegions/);
  settle({ allowLeftRegions: ["weur"] });
  await up();
  await pause(PEACE_MS);
  await world.calm();
  const texts = await world.converge();
  expect(texts.length).toBe(world.acknowledged);
  expect(texts.length).toBeGreaterThan(PEOPLE * 3);
  expect(serving()).toEqual(["apac", "enam"]);

  for (const colo of CITIES) {
    const { messages } = History.parse(await from(colo, "/chat/growing/messages?limit=100"));
    expect(messages.map(({ message }) => message)).toEqual(texts.slice(-100));
  }
  // The closed region counts until its hub, a minute later, has seen that the others hold all of it.
  const info = Info.parse(await from("FRA", "/chat/growing"));
  expect(info.users).toBe(PEOPLE);
  expect(info.regions).toEqual(expect.arrayContaining(["apac", "enam"]));
});
