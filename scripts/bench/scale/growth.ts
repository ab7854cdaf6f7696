/** How a Worker grows: with rooms, with people in them, and with regions. */
import { readdirSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Region } from "../../../worker/bindings.ts";
import { say } from "../../toolchain/steps.ts";
import { type CountedServer, difference, startCounted } from "./counted-server.ts";
import { Crowd, type Seat } from "./crowd.ts";
import { measureStep, ratesOf } from "./measure-step.ts";
import type { Outcome, Step } from "./outcome.ts";
import { regionsOf, seatIn } from "./places.ts";
import { usageOf } from "./process-usage.ts";
import { briefly } from "./report.ts";

export interface Scale {
  /** Numbers of rooms. */
  readonly rooms: readonly number[];
  /** People in one room, and above the fullest room, in as many as are needed. */
  readonly people: readonly number[];
  readonly regions: readonly number[];
  readonly talkMs: number;
  readonly idleMs: number;
  /** ms of each growth after which no further step begins: on a slow machine the last ones are left out, and said so. */
  readonly budgetMs: number;
}

const PEOPLE_IN_A_ROOM = 3;
const FULL_ROOM = 1_000;
/** Messages a second: to many rooms, to the people of one, and to a room with replicas, where each should come alone. */
const RATE_ROOMS = 100;
const RATE_PEOPLE = 20;
const RATE_REGIONS = 8;
const PEOPLE_IN_A_REGION = 4;
const PING_MS = 10_000;
/** ms after which the last message of a room was trimmed. */
const TRIMMED_MS = 30 * 60_000;

const many = (count: number, seat: (n: number) => Seat): Seat[] =>
  Array.from({ length: count }, (_, n) => seat(n));

interface Grown {
  readonly steps: Step[];
  readonly flaw: string | undefined;
}

/** The steps that begin in time. */
function* inTime<T>(steps: readonly T[], ms: number): Generator<T> {
  const until = performance.now() + ms;
  for (const [at, step] of steps.entries()) {
    if (performance.now() > until) throw new Error(`no time for ${steps.slice(at).join(", ")}`);
    yield step;
  }
}

async function grow(
  regions: readonly [Region, ...Region[]],
  work: (server: CountedServer, crowd: Crowd, told: (step: Step) => void) => Promise<void>,
): Promise<Grown> {
  const server = await startCounted(regions);
  const crowd = new Crowd(server.address, server.clock);
  const steps: Step[] = [];
  try {
    await work(server, crowd, (step) => {
      steps.push(step);
      say(briefly(step));
    });
    return { steps, flaw: crowd.flaw };
  } catch (error) {
    return { steps, flaw: error instanceof Error ? error.message : String(error) };
  } finally {
    crowd.leave();
    await server.stop();
  }
}

export async function growRooms({
  rooms,
  talkMs,
  budgetMs,
}: Scale): Promise<Grown & { bytesPerRoom: number }> {
  let bytesPerRoom = 0;
  const grown = await grow(["weur"], async (server, crowd, told) => {
    let open = 0;
    for (const count of inTime(rooms, budgetMs)) {
      const first = open;
      const seats = many((count - first) * PEOPLE_IN_A_ROOM, (n) =>
        seatIn(`r${first + Math.floor(n / PEOPLE_IN_A_ROOM)}`, "weur"),
      );
      told(await measureStep(server, crowd, { seats, rate: RATE_ROOMS, ms: talkMs, regions: 1 }));
      open = count;
      bytesPerRoom = databaseBytes(server.data) / open;
    }
  });
  return { ...grown, bytesPerRoom };
}

/** Of all rooms' databases, without what is still in their logs. */
function databaseBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.includes("ChatRoom") && name.endsWith(".sqlite"))
    .reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
}

export async function growPeople({
  people,
  talkMs,
  idleMs,
  budgetMs,
}: Scale): Promise<Grown & { idle: Outcome["idle"] }> {
  let idle: Outcome["idle"];
  const grown = await grow(["weur"], async (server, crowd, told) => {
    let here = 0;
    for (const count of inTime(people, budgetMs)) {
      const first = here;
      const seats = many(count - first, (n) => seatIn(`p${Math.floor((first + n) / FULL_ROOM)}`, "weur"));
      told(await measureStep(server, crowd, { seats, rate: RATE_PEOPLE, ms: talkMs, regions: 1 }));
      here = count;
      if (count === FULL_ROOM || (idle === undefined && count === people.at(-1)))
        idle = await measureIdle(server, crowd, idleMs);
    }
  });
  return { ...grown, idle };
}

/** Pings are answered by the runtime: they should ask nothing of the room. */
async function measureIdle(server: CountedServer, crowd: Crowd, ms: number): Promise<Outcome["idle"]> {
  // What the arrivals and messages of before still ask for.
  await server.pass(TRIMMED_MS);
  const [before, used] = [await server.counts(), usageOf(server.pids)];
  let pings = 0;
  for (let passed = 0; passed < ms; passed += PING_MS) {
    for (const member of crowd.members) crowd.ping(member);
    pings += crowd.members.length;
    await sleep(Math.min(PING_MS, ms - passed));
  }
  const [after, then] = [await server.counts(), usageOf(server.pids)];
  return {
    sockets: crowd.members.length,
    seconds: ms / 1000,
    pings,
    cpuSeconds: then.cpuSeconds - used.cpuSeconds,
    asked: ratesOf(difference(after, before), 1),
  };
}

export async function growRegions({ regions, talkMs }: Scale): Promise<Grown> {
  const all: Step[] = [];
  const flaws: string[] = [];
  for (const count of regions) {
    const names = regionsOf(count);
    const { steps, flaw } = await grow(names, async (server, crowd, told) => {
      const seats = names.flatMap((region) => many(PEOPLE_IN_A_REGION, () => seatIn("world", region)));
      // Once for the founding and the first meeting of the replicas, which is no part of what is measured.
      await measureStep(server, crowd, { seats, rate: RATE_REGIONS, ms: talkMs / 4, regions: count });
      const more = names.map((region) => seatIn("world", region));
      told(await measureStep(server, crowd, { seats: more, rate: RATE_REGIONS, ms: talkMs, regions: count }));
    });
    all.push(...steps);
    if (flaw !== undefined) flaws.push(`${count} regions: ${flaw}`);
  }
  return { steps: all, flaw: flaws.length === 0 ? undefined : flaws.join("; ") };
}
