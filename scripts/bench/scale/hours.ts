/**
 * What the hours of a room ask for, by itself and for its messages: alarms, trims, directory, data points. Nobody waits for
 * them: when nothing is under way, the Worker's clock moves on to what is due next. So the counts are of the hours
 * themselves, and no busy machine changes them.
 */
import { say } from "../../toolchain/steps.ts";
import { type CountedServer, type Counts, difference, startCounted } from "./counted-server.ts";
import { Crowd } from "./crowd.ts";
import { drained, ratesOf } from "./measure-step.ts";
import { ASKED, type Hours, type Rates } from "./outcome.ts";
import { regionsOf, seatIn } from "./places.ts";

const MINUTE = 60_000;

export interface HoursScale {
  readonly regions: readonly number[];
  /** Messages that come alone, visits, and minutes of a busy room. */
  readonly sparse: number;
  readonly visits: number;
  readonly busy: number;
}

const PEOPLE_IN_A_REGION = 2;
/** A room keeps its newest hundred for ever: only beyond them a message goes again. */
const KEPT = 120;
/** Minutes after which a message may go, and that after the minute in which trims are due. */
const TRIMMED = 13;
const BUSY_A_MINUTE = 20;
/** ms. Longest wait for a socket to be gone. */
const CLOSE_MS = 10_000;

/** Where a message is `m` and a minute `n`: what `messages` and `minutes` of both kinds of hours cost gives both. */
export function solved(
  sparse: { readonly asked: Rates; readonly messages: number; readonly minutes: number },
  busy: { readonly asked: Rates; readonly messages: number; readonly minutes: number },
): { perMessage: Rates; perMinute: Rates } {
  const determinant = busy.messages * sparse.minutes - sparse.messages * busy.minutes;
  const both = ASKED.map((name) => {
    const message = (busy.asked[name] * sparse.minutes - sparse.asked[name] * busy.minutes) / determinant;
    const minute = (busy.messages * sparse.asked[name] - sparse.messages * busy.asked[name]) / determinant;
    // Nothing gives anything back: below 0 is what the two hours differ in by chance.
    return [name, Math.max(0, message), Math.max(0, minute)] as const;
  });
  const rates = (at: 1 | 2) => Object.fromEntries(both.map((row) => [row[0], row[at]])) as Rates;
  return { perMessage: rates(1), perMinute: rates(2) };
}

export async function measureHours(scale: HoursScale): Promise<{ hours: Hours[]; flaws: string[] }> {
  const flaws: string[] = [];
  const hours = await Promise.all(
    scale.regions.map(async (count) => {
      try {
        return await hoursOf(count, scale, flaws);
      } catch (error) {
        flaws.push(`hours of ${count} regions: ${error instanceof Error ? error.message : error}`);
        return undefined;
      }
    }),
  );
  return { hours: hours.filter((one) => one !== undefined), flaws };
}

async function hoursOf(count: number, scale: HoursScale, flaws: string[]): Promise<Hours> {
  const regions = regionsOf(count);
  const server = await startCounted(regions);
  const crowd = new Crowd(server.address, server.clock);
  let turn = 0;
  const burst = async (messages: number) => {
    for (let said = 0; said < messages; said++) {
      const speaker = crowd.members[turn++ % crowd.members.length];
      if (speaker !== undefined) crowd.say(speaker);
    }
    await drained(crowd);
  };
  /** So many messages, all in the same distance. */
  const talk = async (messages: number, everyMs: number) => {
    for (let said = 0; said < messages; said++) {
      await burst(1);
      await server.pass(everyMs);
    }
  };
  try {
    await crowd.join(
      regions.flatMap((region) => Array.from({ length: PEOPLE_IN_A_REGION }, () => seatIn("hours", region))),
    );
    await burst(KEPT);
    await server.pass(TRIMMED * MINUTE);
    // A message every other minute, of which each therefore has its own minute.
    const sparse = await asked(server, () => talk(scale.sparse, 2 * MINUTE));
    const visits = await asked(server, async () => {
      for (let visit = 0; visit < scale.visits; visit++) {
        const visitor = new Crowd(server.address, server.clock);
        await visitor.join([seatIn("hours", regions[visit % regions.length] ?? regions[0])]);
        await server.pass(MINUTE);
        const { socketCloses } = await server.counts();
        visitor.leave();
        await closed(server, socketCloses + 1);
        await server.pass(MINUTE);
      }
    });
    // First until as much goes as comes.
    for (let minute = 0; minute < TRIMMED; minute++) {
      await burst(BUSY_A_MINUTE);
      await server.pass(MINUTE);
    }
    const messages = scale.busy * BUSY_A_MINUTE;
    const busy = await asked(server, () => talk(messages, MINUTE / BUSY_A_MINUTE));
    // Until the last of them is trimmed.
    await server.pass(2 * TRIMMED * MINUTE);
    const idle = await asked(server, () => server.pass(60 * MINUTE));
    if (crowd.flaw !== undefined) flaws.push(`hours of ${count} regions: ${crowd.flaw}`);
    say(`hours of ${count} region(s): ${scale.sparse} messages alone, ${messages} in a busy room`);
    return {
      regions: count,
      ...solved(
        { asked: ratesOf(sparse, 1), messages: scale.sparse, minutes: scale.sparse },
        { asked: ratesOf(busy, 1), messages, minutes: scale.busy },
      ),
      perVisit: ratesOf(visits, scale.visits),
      perIdleHour: ratesOf(idle, 1),
    };
  } finally {
    crowd.leave();
    await server.stop();
  }
}

async function closed(server: CountedServer, sockets: number): Promise<void> {
  const until = performance.now() + CLOSE_MS;
  while ((await server.counts()).socketCloses < sockets)
    if (performance.now() > until) throw new Error("a visitor's socket is not closed");
}

async function asked(server: CountedServer, work: () => Promise<void>): Promise<Counts> {
  const before = await server.counts();
  await work();
  return difference(await server.counts(), before);
}
