/** Time zones over the platform's own data. Times are seconds since the epoch. */

export const DEFAULT_ZONE = "Etc/UTC";

const formatters = new Map<string, Intl.DateTimeFormat>();

export function isTimeZone(zone: string): boolean {
  try {
    formatterFor(zone);
    return true;
  } catch {
    return false;
  }
}

function formatterFor(zone: string): Intl.DateTimeFormat {
  const known = formatters.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
  formatters.set(zone, made);
  return made;
}

/** How far the zone's clocks are ahead of UTC at that time, in seconds. */
function offsetAt(time: number, zone: string): number {
  if (zone === DEFAULT_ZONE || zone === "UTC") return 0;
  const name = formatterFor(zone)
    .formatToParts(time * 1000)
    .find(({ type }) => type === "timeZoneName")?.value;
  const [, sign, hours, minutes = "0", seconds = "0"] =
    /GMT([+-])(\d+):?(\d+)?:?(\d+)?/.exec(name ?? "") ?? [];
  const size = Number(hours ?? 0) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === "-" ? -size : size;
}

/** The zone's wall clock, as seconds that read in UTC like the clock there. */
export const toWall = (time: number, zone: string): number => time + offsetAt(time, zone);

/** The time at which the zone's clock shows that; the earlier one where it shows it twice. */
export function fromWall(wall: number, zone: string): number {
  const guess = wall - offsetAt(wall, zone);
  return wall - offsetAt(guess, zone);
}
