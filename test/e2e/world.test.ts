import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { ProjectCopy } from "./support/project-copy.ts";
import { CROWD, configure } from "./support/settings-of.ts";
import { CITIES, World } from "./support/world.ts";

const PEOPLE = 60;
const SEED = 20_261_124;
/** Time for chat between two disasters, ms. */
const PEACE_MS = 8_000;
const History = z.object({ messages: z.array(z.object({ id: z.string(), message: z.string() })) });
const Info = z.object({ users: z.number(), messages: z.number(), regions: z.array(z.string()) });

let copy: ProjectCopy;
const worlds: World[] = [];

const newWorld = (room: string, seed = SEED): World => {
  const world = new World(copy, room, seed);
  worlds.push(world);
  return world;
};
const up = async () => {
  const { code, said } = await copy.npm("up", "local", "--yes");
  if (code !== 0) throw new Error(said);
  return said;
};
const from = async (colo: string, path: string): Promise<unknown> =>
  (await fetch(`${copy.account.edgeUrl}${path}`, { headers: { "x-local-colo": colo } })).json();

beforeAll(async () => {
  copy = new ProjectCopy();
  await copy.startAccount();
  configure(copy, "infra/local-stack.yaml", { ...CROWD, regions: ["weur", "enam", "apac"] });
  await up();
});
afterAll(async () => {
  for (const world of worlds) world.leave();
  await copy.dispose();
});

describe("sixty people in three regions", () => {
  it("lose nothing, see nothing twice and agree on one order, through broken lines, hops, two kills of everything and a deploy", async () => {
    const world = newWorld("world");
    await world.arrive(PEOPLE, CITIES);
    expect(new Set(world.people.flatMap(({ regions }) => [...regions]))).toEqual(
      new Set(["weur", "enam", "apac"]),
    );
    world.storm({ everyMs: 4_000, disturbEveryMs: 400, cities: CITIES });
    await pause(PEACE_MS);
    await copy.crash();
    await copy.startAccount();
    await pause(PEACE_MS);
    copy.edit("worker/index.ts", (text) => `${text}\nObject.assign(globalThis, { release: 2 });\n`);
    expect(await up()).toMatch(/1 updated/);
    await pause(PEACE_MS);
    await copy.crash();
    await copy.startAccount();
    await pause(PEACE_MS);
    await world.calm();
    const texts = await world.converge();
    expect(texts.length).toBe(world.acknowledged);
    expect(texts.length).toBeGreaterThan(PEOPLE * 4);
    const hopped = world.people.filter(({ regions }) => regions.size > 1).length;
    expect(hopped).toBeGreaterThan(PEOPLE / 4);

    const newest = texts.slice(-100);
    for (const colo of CITIES) {
      const { messages } = History.parse(await from(colo, "/chat/world/messages?limit=100"));
      expect(messages.map(({ message }) => message)).toEqual(newest);
    }
    const info = Info.parse(await from("NRT", "/chat/world"));
    expect(info).toMatchObject({ users: PEOPLE, messages: 100 });
    expect([...info.regions].sort()).toEqual(["apac", "enam", "weur"]);
  });
});
