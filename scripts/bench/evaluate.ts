/** From what the load generator saw to the figures of the page. Pure. */
import type { LoadResult } from "./load-program.ts";
import type { Figures } from "./measure.ts";
import type { Outcome, Row } from "./outcome.ts";
import { ALL_READ, HEAVIEST, JOIN, rateKey, type Scale, SLOW, saturationKey } from "./scenarios.ts";
import { ratioOf, sampleOf } from "./statistics.ts";

const MIB = 2 ** 20;
const FLOOR = "floor";

const perCpuSecond = ({ deliveries, serverCpuSeconds }: LoadResult): number =>
  deliveries / Math.max(serverCpuSeconds, 0.01);

export function evaluate(
  figures: Figures,
  { sizes, rates }: Scale,
): Pick<Outcome, "saturation" | "curves" | "joins" | "heaviest" | "slow"> {
  const heaviest = figures.get(HEAVIEST)?.get("ours, v1")?.[0];
  const allRead = (contender: string) => {
    const result = figures.get(ALL_READ)?.get(contender)?.[0];
    return result === undefined ? undefined : grownOf(result);
  };
  return {
    saturation: sizes.map((connections) => ({
      connections,
      rows: rowsOf(figures.get(saturationKey(connections)) ?? new Map()),
    })),
    curves: curvesOf(figures, rates),
    joins: joinsOf(figures.get(JOIN) ?? new Map()),
    ...(heaviest === undefined
      ? {}
      : {
          heaviest: {
            perSecond: heaviest.deliveries / heaviest.seconds,
            p50: heaviest.p50,
            p99: heaviest.p99,
            busy: heaviest.serverCpuSeconds / heaviest.seconds,
            closed: heaviest.closed,
          },
        }),
    slow: [...(figures.get(SLOW) ?? [])].flatMap(([contender, [result]]) =>
      result === undefined
        ? []
        : [
            {
              contender,
              ...grownOf(result),
              ...(allRead(contender) === undefined ? {} : { allRead: allRead(contender) }),
            },
          ],
    ),
  };
}

const grownOf = ({ rssPeak, rssBefore, p99 }: LoadResult) => ({
  grownMiB: (rssPeak - rssBefore) / MIB,
  p99,
});

function rowsOf(byName: ReadonlyMap<string, readonly LoadResult[]>): Row[] {
  const floor = (byName.get(FLOOR) ?? []).map(perCpuSecond);
  return [...byName].map(([contender, results]) => {
    const toFloor = ratioOf(results.map(perCpuSecond), floor);
    const sample = (of: (result: LoadResult) => number) => sampleOf(results.map(of));
    return {
      contender,
      perSecond: sample(({ deliveries, seconds }) => deliveries / seconds),
      perCpuSecond: sample(perCpuSecond),
      ...(toFloor === undefined ? {} : { toFloor }),
      microsPerDelivery: sample((result) => 1e6 / Math.max(perCpuSecond(result), 1)),
      bytesPerDelivery: sample(({ bytes, deliveries }) => bytes / Math.max(deliveries, 1)).median,
      joinsPerSecond: sample(({ joined, joinSeconds }) => joined / joinSeconds),
      loadBusy: sample(({ loadCpuSeconds, seconds }) => loadCpuSeconds / seconds).median,
      p50: sample(({ p50 }) => p50),
      p99: sample(({ p99 }) => p99),
    };
  });
}

const joinsPerCpuSecond = ({ joined, joinCpuSeconds }: LoadResult): number =>
  joined / Math.max(joinCpuSeconds, 0.01);

function joinsOf(byName: ReadonlyMap<string, readonly LoadResult[]>): Outcome["joins"] {
  const floor = (byName.get(FLOOR) ?? []).map(joinsPerCpuSecond);
  return [...byName].map(([contender, results]) => {
    const toFloor = ratioOf(results.map(joinsPerCpuSecond), floor);
    return {
      contender,
      perSecond: sampleOf(results.map(({ joined, joinSeconds }) => joined / joinSeconds)),
      micros: sampleOf(results.map((result) => 1e6 / joinsPerCpuSecond(result))),
      ...(toFloor === undefined ? {} : { toFloor }),
    };
  });
}

function curvesOf(figures: Figures, rates: readonly number[]): Outcome["curves"] {
  const names = new Set(rates.flatMap((rate) => [...(figures.get(rateKey(rate))?.keys() ?? [])]));
  return [...names].map((contender) => ({
    contender,
    points: rates.flatMap((rate) => {
      const results = figures.get(rateKey(rate))?.get(contender) ?? [];
      if (results.length === 0) return [];
      return [
        {
          rate,
          p50: sampleOf(results.map(({ p50 }) => p50)),
          p99: sampleOf(results.map(({ p99 }) => p99)),
          // Of what was said in the measured time, how much was heard in it: below 1 the server fell behind.
          kept: sampleOf(
            results.map(({ deliveries, messages, joined }) => deliveries / Math.max(messages * joined, 1)),
          ).median,
        },
      ];
    }),
  }));
}
