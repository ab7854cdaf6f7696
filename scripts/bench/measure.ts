/** Runs the scenarios round by round, everybody in turn, so that a drift of the machine meets all alike. */
import { randomUUID } from "node:crypto";
import { say } from "../toolchain/steps.ts";
import { BEFORE, CONTENDERS, type Contender, chatSettings } from "./contenders.ts";
import { flaw, type LoadResult, runLoad } from "./load-program.ts";
import { LONG, type Scenario } from "./scenarios.ts";
import { type Server, startServer } from "./server-process.ts";

/** Results by scenario, then contender, a round each. */
export type Figures = Map<string, Map<string, LoadResult[]>>;

export interface Measured {
  readonly figures: Figures;
  /** In words: what was lost, doubled or out of order, or could not be run. */
  readonly flaws: string[];
}

/**
 * A user's messages a minute: more than any user sends in a run, as the times of a minute are kept and their number is
 * part of the cost. So it is no more than the busiest run needs.
 */
const MESSAGES_PER_MINUTE = 15_000;

export async function measure(
  program: string,
  scenarios: readonly Scenario[],
  rounds: number,
  /** Unix ms after which no measurement begins: what there is by then is told. */
  until: number,
  /** Another checkout of the project, to be measured beside this one. */
  before: string | undefined,
): Promise<Measured> {
  const contenders = before === undefined ? CONTENDERS : [...BEFORE, ...CONTENDERS];
  const figures: Figures = new Map();
  const flaws: string[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const scenario of scenarios) {
      if (LONG.has(scenario.key) && round > 0) continue;
      for (const contender of rotated(contenders, round)) {
        if (!isIn(scenario, contender)) continue;
        if (Date.now() > until) return { figures, flaws };
        const label = `round ${round + 1}, ${scenario.key}, ${contender.name}`;
        try {
          const result = await one(program, scenario, contender, before);
          const found = flaw(result);
          if (found !== undefined) flaws.push(`${label}: ${found}`);
          say(`${label}: ${brief(result)}${found === undefined ? "" : ` ✗ ${found}`}`);
          keep(figures, scenario.key, contender.name, result);
        } catch (error) {
          const text = error instanceof Error ? error.message : String(error);
          flaws.push(`${label}: ${text}`);
          say(`${label}: ✗ ${text}`);
        }
      }
    }
  }
  return { figures, flaws };
}

/** The other checkout runs where this one does. */
const isIn = ({ of }: Scenario, { name }: Contender): boolean => of.includes(name.replace("before", "ours"));

async function one(
  program: string,
  { spec, batchedInFlight }: Scenario,
  contender: Contender,
  before: string | undefined,
): Promise<LoadResult> {
  let server: Server | undefined;
  try {
    server = await startServer(contender.server, chatSettings(MESSAGES_PER_MINUTE), {}, undefined, before);
    const { address, pids } = server;
    return await runLoad(program, {
      address,
      path: contender.room(`r${randomUUID().slice(0, 8)}`),
      dialect: contender.dialect,
      pids,
      ...spec,
      ...(contender.batches && batchedInFlight !== undefined ? { inFlight: batchedInFlight } : {}),
    });
  } finally {
    await server?.stop();
  }
}

/** Nobody is always the first, who finds the machine cool, or the last. */
const rotated = <T>(all: readonly T[], by: number): readonly T[] => [
  ...all.slice(by % all.length),
  ...all.slice(0, by % all.length),
];

function keep(figures: Figures, key: string, name: string, result: LoadResult): void {
  const byName = figures.get(key) ?? new Map<string, LoadResult[]>();
  figures.set(key, byName);
  const results = byName.get(name) ?? [];
  byName.set(name, results);
  results.push(result);
}

const brief = ({
  deliveries,
  seconds,
  serverCpuSeconds,
  p50,
  p99,
  joined,
  joinSeconds,
  joinCpuSeconds,
}: LoadResult): string =>
  [
    ...(seconds === 0
      ? []
      : [
          `${Math.round(deliveries / seconds)} deliveries/s`,
          `${Math.round(deliveries / serverCpuSeconds)} a CPU second`,
          `p50 ${p50} ms`,
          `p99 ${p99} ms`,
        ]),
    `${Math.round(joined / joinSeconds)} joins/s`,
    `${Math.round((1e6 * joinCpuSeconds) / joined)} CPU µs a join`,
  ].join(", ");
