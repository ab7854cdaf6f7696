/** Regions that the bench has visitors for. */
import { REGIONS, type Region } from "../../../worker/bindings.ts";
import type { Seat } from "./crowd.ts";

/** Where visitors stand, so that each region is the nearest of somebody. Nine: as many as the bench goes to. */
const PLACES = {
  weur: "49.01,2.55",
  enam: "38.94,-77.46",
  "apac-ne": "35.76,140.39",
  sam: "-23.43,-46.47",
  oc: "-33.95,151.18",
  wnam: "37.36,-121.93",
  afr: "-26.14,28.25",
  "apac-se": "1.35,103.99",
  me: "25.25,55.36",
} as const satisfies Partial<Record<Region, string>>;

/** The first so many regions. @throws for more than the bench has places for */
export function regionsOf(count: number): readonly [Region, ...Region[]] {
  const [first, ...others] = REGIONS.filter((region) => region in PLACES)
    .sort((a, b) => Object.keys(PLACES).indexOf(a) - Object.keys(PLACES).indexOf(b))
    .slice(0, count);
  if (first === undefined || others.length + 1 !== count)
    throw new Error(`${count} regions: from 1 to ${Object.keys(PLACES).length} can be measured`);
  return [first, ...others];
}

export const seatIn = (room: string, region: Region): Seat => ({
  room,
  region,
  // A region without a place would have been refused.
  place: PLACES[region as keyof typeof PLACES],
});
