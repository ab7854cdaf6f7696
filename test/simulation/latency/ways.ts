/**
 * What a frame's way costs. Between regions: the table of network/region-latency. Between a person and the next data
 * centre, the last mile: 10 ms there and back is the median of fixed broadband worldwide (Ookla Speedtest, November
 * 2022, as reported by tele.net.in, "Global mobile network download speeds increase by nearly 17 per cent in 2022"; mobile:
 * 28 ms). No source gives both tails, so these are assumptions: one frame in a hundred meets a last mile of four times
 * the median, and a backbone is up to a tenth slower than its median.
 */
import type { Random } from "../engine/random.ts";
import { roundTripMs } from "../network/region-latency.ts";

export const LAST_MILE_MS = 10;
export const LAST_MILE_P99 = 4;
export const BACKBONE_JITTER = 0.1;
/** ms until a write of a Durable Object is durable, at most: an assumption, evenly spread from 0. */
export const COMMIT_MS = 10;
/** Of the normal distribution: one in a hundred lies above. */
const Z_99 = 2.326;

/** Normal, by Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

/** ms, one way: half of a last mile there and back, log-normal. */
export function lastMile(random: Random): number {
  return (LAST_MILE_MS / 2) * Math.exp((normal(random) * Math.log(LAST_MILE_P99)) / Z_99);
}

/** ms, one way between two regions. */
export function backbone(a: string, b: string, random: Random): number {
  return (roundTripMs(a, b) / 2) * (1 + random.next() * BACKBONE_JITTER);
}

/** ms, one way from a person to a region. */
export const personToRegion = (place: string, region: string, random: Random): number =>
  lastMile(random) + (place === region ? 0 : backbone(place, region, random));
