/** Times and days in the reader's language and time zone. */

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "medium" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayAndYear = new Intl.DateTimeFormat(undefined, { dateStyle: "full" });
const HOUR_MS = 3_600_000;

export const timeOf = (timestamp: number): string => time.format(timestamp);
export const exactly = (timestamp: number): string => exact.format(timestamp);

/** Equal for two moments of one local day. */
export const dayKey = (timestamp: number): string => new Date(timestamp).toDateString();

/** "Today", "Yesterday", or the date; with its year when that is not this one. */
export function dayName(timestamp: number, now: number): string {
  if (dayKey(timestamp) === dayKey(now)) return "Today";
  // Noon of the day before, so that a day of 23 or 25 hours is none too few or too many.
  const noon = new Date(now).setHours(12, 0, 0, 0);
  if (dayKey(timestamp) === dayKey(noon - 24 * HOUR_MS)) return "Yesterday";
  const sameYear = new Date(timestamp).getFullYear() === new Date(now).getFullYear();
  return (sameYear ? day : dayAndYear).format(timestamp);
}

/** "4 s", rounded up so that it never says 0 while there is something to wait for. */
export const seconds = (ms: number): string => `${Math.max(1, Math.ceil(ms / 1_000))} s`;
