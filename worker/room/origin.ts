/**
 * Names of the lives of a region's replica: `weur.mhx3k2abq7`. The part behind the dot is the epoch: the time at which
 * empty storage was first used, in base 36, and two random digits. A room whose storage is lost so gets a name that is
 * new and sorts above the old one, without anybody to ask.
 */

const REGION_WIDTH = 4;
const TIME_WIDTH = 8;
const RANDOM_WIDTH = 2;
const EPOCH_WIDTH = TIME_WIDTH + RANDOM_WIDTH;
/** What an order ends in: the region and the epoch at fixed width. */
export const TAIL_WIDTH = REGION_WIDTH + EPOCH_WIDTH;

/** `now` in Unix ms (8 digits last until 2059), `random` in [0, 1). */
export function newOrigin(region: string, now: number, random: number): string {
  const time = Math.floor(now).toString(36).padStart(TIME_WIDTH, "0");
  const chance = Math.floor(random * 36 ** RANDOM_WIDTH)
    .toString(36)
    .padStart(RANDOM_WIDTH, "0");
  return `${region}.${time}${chance}`;
}

/** `apac-ne` and `apac-se` are no `apac`: of a longer name, its first and last two letters count. */
const fourLetters = (region: string): string =>
  region.length > REGION_WIDTH ? region.slice(0, 2) + region.slice(-2) : region.padEnd(REGION_WIDTH, "-");

/** The tie-break of two orders made in the same instant. */
export function originTail(origin: string): string {
  const [region = "", epoch = ""] = origin.split(".");
  return fourLetters(region) + epoch.slice(-EPOCH_WIDTH).padStart(EPOCH_WIDTH, "0");
}
