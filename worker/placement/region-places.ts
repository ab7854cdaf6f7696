/**
 * Where on the globe regions and continents stand, to measure how far a visitor is from them.
 *
 * A location hint is a direction, not a city: Cloudflare starts an object where it is quickest to reach from there.
 * Hints and their areas: https://developers.cloudflare.com/durable-objects/reference/data-location/ (26 June 2026). Each
 * stands here at a large Cloudflare data center of its area (cloudflare.com/network), which carries the code of an airport;
 * coordinates are those of the airport, from OurAirports (public domain), rounded to two digits.
 */
import type { Region } from "../bindings.ts";

/** Degrees, north and east positive. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

const place = (latitude: number, longitude: number): Place => ({ latitude, longitude });

export const REGION_PLACES = {
  /** Western North America: San Jose, SJC. */
  wnam: place(37.36, -121.93),
  /** Eastern North America: Ashburn, IAD. */
  enam: place(38.94, -77.46),
  /** South America: São Paulo, GRU. */
  sam: place(-23.43, -46.47),
  /** Western Europe: Paris, CDG. */
  weur: place(49.01, 2.55),
  /** Eastern Europe: Warsaw, WAW. */
  eeur: place(52.17, 20.97),
  /** Asia-Pacific as a whole: Hong Kong, HKG. */
  apac: place(22.31, 113.91),
  /** Its northeast: Tokyo, NRT. */
  "apac-ne": place(35.76, 140.39),
  /** Its southeast: Singapore, SIN. */
  "apac-se": place(1.35, 103.99),
  /** Oceania: Sydney, SYD. */
  oc: place(-33.95, 151.18),
  /** Africa: Johannesburg, JNB. */
  afr: place(-26.14, 28.25),
  /** Middle East: Dubai, DXB. */
  me: place(25.25, 55.36),
} as const satisfies Record<Region, Place>;

/** `request.cf.continent`, for visitors whose coordinates are not known: a hub of its network traffic. */
export const CONTINENT_PLACES: ReadonlyMap<unknown, Place> = new Map([
  /** Nairobi, NBO. */
  ["AF", place(-1.32, 36.93)],
  /** Christchurch, CHC, from where ships and planes go. */
  ["AN", place(-43.49, 172.53)],
  /** Hong Kong, HKG. */
  ["AS", place(22.31, 113.91)],
  /** Frankfurt, FRA. */
  ["EU", place(50.03, 8.54)],
  /** Chicago, ORD. */
  ["NA", place(41.98, -87.9)],
  /** Sydney, SYD. */
  ["OC", place(-33.95, 151.18)],
  /** São Paulo, GRU. */
  ["SA", place(-23.43, -46.47)],
]);
