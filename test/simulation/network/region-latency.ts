/**
 * Round trips between regions, ms: the P50 over the 30 days up to 9 April 2024 that Microsoft published for its own
 * backbone (learn.microsoft.com/azure/networking/azure-network-latency, edition of 10 April 2024). Cloudflare
 * publishes no such table; its backbone runs between the same cities, and no route can be much shorter than these.
 * Each location hint stands at the Azure region named beside it.
 */
import { REGIONS, type Region } from "../../../worker/bindings.ts";

export const STANDS_AT = {
  wnam: "West US",
  enam: "East US",
  sam: "Brazil South",
  weur: "West Europe",
  eeur: "Poland Central",
  apac: "East Asia",
  "apac-ne": "Japan East",
  "apac-se": "Southeast Asia",
  oc: "Australia East",
  afr: "South Africa North",
  me: "UAE North",
} as const satisfies Record<Region, string>;

/** From each region, in the order of `REGIONS`, to those after it. */
const ROUND_TRIPS: readonly (readonly number[])[] = [
  /* wnam    */ [69, 186, 146, 161, 151, 108, 171, 140, 302, 254],
  /* enam    */ [118, 84, 104, 203, 158, 223, 204, 233, 193],
  /* sam     */ [185, 206, 329, 280, 340, 311, 334, 293],
  /* weur    */ [24, 189, 226, 159, 259, 162, 120],
  /* eeur    */ [203, 239, 172, 259, 177, 133],
  /* apac    */ [48, 36, 120, 323, 116],
  /* apac-ne */ [71, 103, 360, 154],
  /* apac-se */ [90, 293, 87],
  /* oc      */ [379, 170],
  /* afr     */ [253],
];

/** Between two machines of one region: two data centres of one city. */
const WITHIN_REGION_MS = 1;

const numbers: ReadonlyMap<string, number> = new Map(REGIONS.map((region, at) => [region, at]));

/** The usual round trip between two regions, ms. */
export function roundTripMs(a: string, b: string): number {
  const x = numbers.get(a);
  const y = numbers.get(b);
  if (x === undefined || y === undefined) throw new Error(`No latency is known from "${a}" to "${b}"`);
  return x === y ? WITHIN_REGION_MS : (ROUND_TRIPS[Math.min(x, y)]?.[Math.abs(x - y) - 1] ?? 0);
}

/** The one of `regions` that is nearest to `place`. */
export function nearest(place: string, regions: readonly string[]): string {
  const [first = place] = [...regions].sort((a, b) => roundTripMs(place, a) - roundTripMs(place, b));
  return first;
}
