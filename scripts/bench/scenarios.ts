/** What is measured, of whom. One measurement is one run of the load generator against a fresh room. */
import type { Contender } from "./contenders.ts";
import type { LoadSpec } from "./load-program.ts";

export interface Scenario {
  /** Unique: the key of its figures. */
  readonly key: string;
  readonly of: readonly Contender["name"][];
  /** Messages under way with a contender that tells many in one frame. */
  readonly batchedInFlight?: number;
  readonly spec: Pick<LoadSpec, "connections" | "slow" | "mode" | "inFlight" | "rate" | "warmupMs" | "runMs">;
}

export interface Scale {
  readonly runMs: number;
  readonly heaviestMs: number;
  /** Long enough for what nobody reads to pile up. */
  readonly slowMs: number;
  readonly rates: readonly number[];
  readonly sizes: readonly number[];
}

export const FULL: Scale = {
  runMs: 1_500,
  heaviestMs: 15_000,
  slowMs: 60_000,
  rates: [20, 100, 300, 1_000, 3_000],
  sizes: [100, 1_000],
};
/** A look at whether everything works; too short to be believed. */
export const QUICK: Scale = {
  runMs: 1_000,
  heaviestMs: 4_000,
  slowMs: 4_000,
  rates: [20, 300],
  sizes: [100],
};

const EVERYBODY = [
  "ours, v1",
  "ours, plain",
  "floor",
  "bare tick",
  "naive object",
  "partyserver",
  "socket.io",
  "ws",
];
/** In a room that is nearly idle a message costs its latency: there it counts whether it is durable. */
const QUIET_RATE = 100;
/** Plain clients need not be measured at every rate: a frame a message is what the floor does. */
const PLAIN_RATES: ReadonlySet<number> = new Set([20, 100, 1_000]);
const paced = (rate: number): string[] => [
  "ours, v1",
  ...(PLAIN_RATES.has(rate) ? ["ours, plain"] : []),
  "floor",
  ...(rate <= QUIET_RATE ? ["durable floor"] : []),
];
/** People who come at once. */
const JOINS = 1_000;

/** People in the room of the latency curves. */
export const CURVE_SIZE = 100;
/** ms before the measured time: arrivals are told, code is compiled. */
const WARMUP_MS = 1_000;
/** Deliveries under way at saturation: enough that no contender waits for the load generator, and soon drained. */
const IN_FLIGHT = 100_000;
const LEAST_IN_FLIGHT = 200;
/** Where one frame carries many, what is under way is what it can carry: no fewer than in a room of 100. */
const BATCHED_IN_FLIGHT = 1_000;
/** Readers, and messages a second, of the test with slow readers. */
const SLOW_READERS = 5;
const SLOW_RATE = 1_000;

export const scenariosOf = ({ runMs, heaviestMs, slowMs, rates, sizes }: Scale): readonly Scenario[] => [
  ...sizes.map((connections) => ({
    key: saturationKey(connections),
    of: EVERYBODY,
    batchedInFlight: BATCHED_IN_FLIGHT,
    spec: {
      connections,
      mode: "saturate" as const,
      inFlight: Math.max(LEAST_IN_FLIGHT, IN_FLIGHT / connections),
      warmupMs: WARMUP_MS,
      runMs,
    },
  })),
  ...rates.map((rate) => ({
    key: rateKey(rate),
    of: paced(rate),
    spec: { connections: CURVE_SIZE, mode: "rate" as const, rate, warmupMs: WARMUP_MS, runMs },
  })),
  {
    key: JOIN,
    of: ["ours, v1", "ours, unlimited", "floor"],
    spec: { connections: JOINS, mode: "join" as const },
  },
  {
    key: HEAVIEST,
    of: ["ours, v1"],
    spec: {
      connections: 1_000,
      mode: "rate" as const,
      rate: 167,
      warmupMs: 2 * WARMUP_MS,
      runMs: heaviestMs,
    },
  },
  ...[SLOW, ALL_READ].map((key) => ({
    key,
    of: ["ours, v1", "floor"] as const,
    spec: {
      connections: SLOW_READERS,
      slow: key === SLOW ? SLOW_READERS : 0,
      mode: "rate" as const,
      rate: SLOW_RATE,
      warmupMs: WARMUP_MS,
      runMs: slowMs,
    },
  })),
];

export const saturationKey = (connections: number): string => `saturation ${connections}`;
export const rateKey = (rate: number): string => `rate ${rate}`;
export const JOIN = "joins";
/** The heaviest legal room: a thousand people, ten messages a minute each. */
export const HEAVIEST = "heaviest room";
export const SLOW = "slow readers";
/** The same without them: what a room's memory grows by for its messages, who ever reads. */
export const ALL_READ = "slow readers, none";
/** Measured once a round or less: they are long. */
export const LONG: ReadonlySet<string> = new Set([HEAVIEST, SLOW, ALL_READ]);
