/**
 * The message limit: a sliding log of one user's last accept times, exact in any window. (A token bucket would let
 * twice the limit through in one window.)
 */
import { CLOCK_TOLERANCE_MS, RATE_WINDOW_MS } from "./limits.ts";

/** The times that still count at `now`. One far in the future comes from a clock that was wrong: it must not block. */
export const recentTimes = (times: readonly number[], now: number): number[] =>
  times.filter((time) => time > now - RATE_WINDOW_MS && time <= now + CLOCK_TOLERANCE_MS);

/** Whether `recentTimes` would leave out none: asked for every message, so it looks at both ends only. */
export function allRecent(times: readonly number[], now: number): boolean {
  const first = times[0] ?? now;
  const last = times.at(-1) ?? now;
  return first > now - RATE_WINDOW_MS && last <= now + CLOCK_TOLERANCE_MS;
}

/** 0 when one more may be accepted at `now`, else the ms to wait. `times` as from `recentTimes`, oldest first. */
export function waitMs(times: readonly number[], limit: number, now: number): number {
  const blocking = times[times.length - limit];
  return blocking === undefined ? 0 : Math.max(1, blocking + RATE_WINDOW_MS - now);
}
