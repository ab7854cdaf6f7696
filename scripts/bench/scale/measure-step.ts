/** One step of a growth: some come, then for a while messages are said at a steady rate. */
import { setTimeout as sleep } from "node:timers/promises";
import type { CountedServer, Counts } from "./counted-server.ts";
import { difference } from "./counted-server.ts";
import type { Crowd, Member, Seat } from "./crowd.ts";
import { ASKED, type Rates, type Spread, type Step } from "./outcome.ts";
import { usageOf } from "./process-usage.ts";

const MIB = 2 ** 20;
/** ms in which what arrivals ask for is over: they are told, the directory is written, and the data point of their minute. */
const SETTLE_MS = 2 * 60_000;
/** ms. Longest wait for what is under way. */
const DRAIN_MS = 20_000;
const LOOK_MS = 5;

/** For each of so many; of none, there is no rate. */
export const ratesOf = (counts: Counts, by: number): Rates =>
  // `ASKED` are keys of counts.
  Object.fromEntries(ASKED.map((name) => [name, by === 0 ? 0 : counts[name] / by])) as Rates;

export function spreadOf(times: readonly number[]): Spread | undefined {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  const [p50, p99] = [at(0.5), at(0.99)];
  return p50 === undefined || p99 === undefined ? undefined : { p50, p99 };
}

/** Says so many a second for so long, everybody of `speakers` in turn. */
export async function talk(
  crowd: Crowd,
  speakers: readonly Member[],
  rate: number,
  ms: number,
): Promise<void> {
  const start = performance.now();
  for (let said = 0; ; ) {
    const now = performance.now() - start;
    for (; said < (Math.min(now, ms) * rate) / 1000; said++) {
      const speaker = speakers[said % speakers.length];
      if (speaker !== undefined) crowd.say(speaker);
    }
    if (now >= ms) return;
    await sleep(LOOK_MS);
  }
}

export async function drained(crowd: Crowd): Promise<void> {
  const until = performance.now() + DRAIN_MS;
  while (crowd.deliveries < crowd.due && performance.now() < until) await sleep(LOOK_MS);
}

export interface StepSpec {
  readonly seats: readonly Seat[];
  readonly rate: number;
  readonly ms: number;
  readonly regions: number;
}

export async function measureStep(
  server: CountedServer,
  crowd: Crowd,
  { seats, rate, ms, regions }: StepSpec,
): Promise<Step> {
  const used = () => usageOf(server.pids);
  const before = { counts: await server.counts(), ...used(), at: performance.now() };
  await crowd.join(seats);
  const joinSeconds = (performance.now() - before.at) / 1000;
  await server.leap(SETTLE_MS);
  const joined = { counts: await server.counts(), ...used() };
  const [messages, deliveries] = [crowd.messages, crowd.deliveries];
  crowd.local = [];
  crowd.abroad = [];
  await talk(crowd, spread(crowd.members), rate, ms);
  await drained(crowd);
  const after = { counts: await server.counts(), ...used() };
  const said = crowd.messages - messages;
  const heard = crowd.deliveries - deliveries;
  const cpuMicros = 1e6 * (after.cpuSeconds - joined.cpuSeconds);
  const [local, abroad] = [spreadOf(crowd.local), spreadOf(crowd.abroad)];
  return {
    rooms: new Set(crowd.members.map(({ seat }) => seat.room)).size,
    sockets: crowd.members.length,
    regions,
    rate,
    messages: said,
    deliveries: heard,
    perMessage: ratesOf(difference(after.counts, joined.counts), said),
    cpuPerMessage: cpuMicros / Math.max(said, 1),
    cpuPerDelivery: cpuMicros / Math.max(heard, 1),
    perJoin: ratesOf(difference(joined.counts, before.counts), seats.length),
    cpuPerJoin: (1e6 * (joined.cpuSeconds - before.cpuSeconds)) / seats.length,
    joinsPerSecond: seats.length / joinSeconds,
    descriptors: after.descriptors,
    rssMiB: after.rssBytes / MIB,
    ...(local === undefined ? {} : { local }),
    ...(abroad === undefined ? {} : { abroad }),
  };
}

/** One of every room before the next of any: neighbours in time are not of one room. */
function spread(members: readonly Member[]): readonly Member[] {
  return [...members].sort((a, b) => a.index - b.index);
}
