/**
 * Cloudflare's published prices of the Workers Paid plan, in US dollars a month, as the documentation had them on
 * `PRICES_AS_OF`. What it says beside the numbers is in `docs/cost.md`.
 */

export const PRICES_AS_OF = "2026-11-24";

const DOCS = "https://developers.cloudflare.com";
const WORKERS = `${DOCS}/workers/platform/pricing/`;
const OBJECTS = `${DOCS}/durable-objects/platform/pricing/`;
const KV = `${DOCS}/kv/platform/pricing/`;
const ANALYTICS = `${DOCS}/analytics/analytics-engine/pricing/`;

export const SOURCES = [WORKERS, OBJECTS, KV, ANALYTICS] as const;

/** The plan itself. */
export const BASE_DOLLARS = 5;

export interface Price {
  readonly name: string;
  readonly unit: string;
  /** Units a month that the plan includes. */
  readonly included: number;
  /** Dollars for each million units beyond. */
  readonly perMillion: number;
  readonly source: (typeof SOURCES)[number];
}

const MILLION = 1e6;

/** Stored bytes are a price for each GB: here as MB, so that every price is for a million of something. */
export const PRICES = {
  workerRequests: {
    name: "Worker requests",
    unit: "requests",
    included: 10 * MILLION,
    perMillion: 0.3,
    source: WORKERS,
  },
  workerCpu: {
    name: "Worker CPU",
    unit: "ms",
    included: 30 * MILLION,
    perMillion: 0.02,
    source: WORKERS,
  },
  objectRequests: {
    name: "Object requests",
    unit: "requests",
    included: MILLION,
    perMillion: 0.15,
    source: OBJECTS,
  },
  objectDuration: {
    name: "Object duration",
    unit: "GB-s",
    included: 400_000,
    perMillion: 12.5,
    source: OBJECTS,
  },
  rowsRead: {
    name: "Rows read",
    unit: "rows",
    included: 25_000 * MILLION,
    perMillion: 0.001,
    source: OBJECTS,
  },
  rowsWritten: {
    name: "Rows written",
    unit: "rows",
    included: 50 * MILLION,
    perMillion: 1,
    source: OBJECTS,
  },
  stored: { name: "Stored in objects", unit: "MB", included: 5_000, perMillion: 200, source: OBJECTS },
  kvWrites: { name: "KV writes", unit: "writes", included: MILLION, perMillion: 5, source: KV },
  kvReads: { name: "KV reads", unit: "reads", included: 10 * MILLION, perMillion: 0.5, source: KV },
  /** Published, and not billed yet. */
  dataPoints: {
    name: "Data points",
    unit: "points",
    included: 10 * MILLION,
    perMillion: 0.25,
    source: ANALYTICS,
  },
  /** Until 2026-12-01; the documentation announces another price after it. */
  logEvents: {
    name: "Workers Logs",
    unit: "events",
    included: 20 * MILLION,
    perMillion: 0.6,
    source: WORKERS,
  },
} as const satisfies Record<string, Price>;

export type Meter = keyof typeof PRICES;
/** Units a month of everything that costs. */
export type Usage = Readonly<Record<Meter, number>>;

export const dollarsOf = (meter: Meter, used: number): number => {
  const { included, perMillion } = PRICES[meter];
  return (Math.max(0, used - included) / MILLION) * perMillion;
};
