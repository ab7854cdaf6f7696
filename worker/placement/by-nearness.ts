/** Which of a stack's regions serves a visitor. Pure: the whole world can be tried in a test. */
import type { Region } from "../bindings.ts";
import { CONTINENT_PLACES, type Place, REGION_PLACES } from "./region-places.ts";

export type Regions = readonly [Region, ...Region[]];

/** The part of `request.cf` that says where a visitor is: texts, and each may be missing. */
export interface Visitor {
  readonly latitude?: unknown;
  readonly longitude?: unknown;
  readonly continent?: unknown;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Great-circle distance on a globe of radius 1 (haversine, exact also for places next to each other). */
export function distance(a: Place, b: Place): number {
  const [north, east] = [radians(b.latitude - a.latitude), radians(b.longitude - a.longitude)];
  const across = Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude));
  const half = Math.sin(north / 2) ** 2 + across * Math.sin(east / 2) ** 2;
  return 2 * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** A coordinate as Cloudflare writes it; undefined for anything else: an empty text is not the equator. */
function degrees(value: unknown, most: number): number | undefined {
  const known = typeof value === "number" || (typeof value === "string" && value.trim() !== "");
  const number = known ? Number(value) : Number.NaN;
  return Math.abs(number) <= most ? number : undefined;
}

function placeOf(visitor: Visitor): Place | undefined {
  const latitude = degrees(visitor.latitude, 90);
  const longitude = degrees(visitor.longitude, 180);
  return latitude === undefined || longitude === undefined
    ? CONTINENT_PLACES.get(visitor.continent)
    : { latitude, longitude };
}

/** A region of settings that are newer than this code has no place: it comes last. */
const farFrom = (from: Place, region: string): number => {
  const there: Place | undefined = Object.entries(REGION_PLACES).find(([name]) => name === region)?.[1];
  return there === undefined ? Number.POSITIVE_INFINITY : distance(from, there);
};

/**
 * The regions, nearest to the visitor first: by coordinates, else by continent, else as they are. Of two that are equally
 * near, the one that stands first.
 */
export function byNearness(visitor: Visitor, regions: Regions): Regions {
  const here = placeOf(visitor);
  if (here === undefined || regions.length === 1) return regions;
  const measured = regions.map((region) => ({ region, far: farFrom(here, region) }));
  const [nearest, ...others] = measured
    .sort((a, b) => (a.far === b.far ? 0 : a.far - b.far))
    .map(({ region }) => region);
  return nearest === undefined ? regions : [nearest, ...others];
}
