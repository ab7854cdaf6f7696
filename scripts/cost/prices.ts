/** Cloudflare's published prices of the Workers Paid plan, in US dollars a month, as read on `PRICES_AS_OF`. */

export const PRICES_AS_OF = "2026-11-24";

export const SOURCES = [
  "https://developers.cloudflare.com/workers/platform/pricing/",
  "https://developers.cloudflare.com/durable-objects/platform/pricing/",
  "https://developers.cloudflare.com/kv/platform/pricing/",
  "https://developers.cloudflare.com/analytics/analytics-engine/pricing/",
] as const;

/** The plan itself. */
export const BASE_DOLLARS = 5;

export interface Price {
  readonly name: string;
  readonly unit: string;
  /** Units a month that the plan includes. */
  readonly included: number;
  /** Dollars for each million units beyond. */
  readonly perMillion: number;
}

const MILLION = 1e6;

/** Stored bytes are a price for each GB: here as MB, so that every price is for a million of something. */
export const PRICES = {
  workerRequests: { name: "Worker requests", unit: "requests", included: 10 * MILLION, perMillion: 0.3 },
  workerCpu: { name: "Worker CPU", unit: "ms", included: 30 * MILLION, perMillion: 0.02 },
  objectRequests: { name: "Object requests", unit: "requests", included: MILLION, perMillion: 0.15 },
  objectDuration: { name: "Object duration", unit: "GB-s", included: 400_000, perMillion: 12.5 },
  rowsRead: { name: "Rows read", unit: "rows", included: 25_000 * MILLION, perMillion: 0.001 },
  rowsWritten: { name: "Rows written", unit: "rows", included: 50 * MILLION, perMillion: 1 },
  stored: { name: "Stored in objects", unit: "MB", included: 5_000, perMillion: 200 },
  kvWrites: { name: "KV writes", unit: "writes", included: MILLION, perMillion: 5 },
  kvReads: { name: "KV reads", unit: "reads", included: 10 * MILLION, perMillion: 0.5 },
  dataPoints: { name: "Data points", unit: "points", included: 10 * MILLION, perMillion: 0.25 },
} as const satisfies Record<string, Price>;

export type Meter = keyof typeof PRICES;
/** Units a month of everything that costs. */
export type Usage = Readonly<Record<Meter, number>>;

export const dollarsOf = (meter: Meter, used: number): number => {
  const { included, perMillion } = PRICES[meter];
  return (Math.max(0, used - included) / MILLION) * perMillion;
};
