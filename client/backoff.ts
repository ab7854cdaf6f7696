/** First retry within this, ms: a deploy closes every socket of a room at once, and they must not return at once. */
const FIRST_SPREAD_MS = 1_000;
/** Delays double from here, ms. */
const BASE_MS = 1_000;
/** No longer than this, ms: somebody looks at the page. */
const MAX_MS = 30_000;
/** Spread after a wait that the server named, as a share of it: all its clients were told the same number. */
const RETRY_AFTER_SPREAD = 0.25;

/**
 * How long to wait before connecting again, ms. `attempt` counts the failures in a row before this one, from 0;
 * `random` is in [0, 1). A wait that the server named is never cut short.
 */
export function reconnectDelay(attempt: number, random: number, retryAfterMs?: number): number {
  const backoff =
    attempt === 0
      ? FIRST_SPREAD_MS * random
      : Math.min(MAX_MS, BASE_MS * 2 ** attempt) * (0.5 + 0.5 * random);
  if (retryAfterMs === undefined) return backoff;
  return Math.max(backoff, retryAfterMs * (1 + RETRY_AFTER_SPREAD * random));
}
