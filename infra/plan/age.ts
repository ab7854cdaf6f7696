/** How long a stack is meant to live. What is past its time is only told: `npm run` scripts and pipelines sweep. */

const HOUR_MS = 3_600_000;

/** What stands for the end of a stack that has none. */
export const NEVER = "never";

/**
 * When a stack may be swept away, as an ISO time.
 * @param since ISO time of the stack's first finished `up`
 * @param hours setting `expiresAfterHours`; 0 is never
 */
export const expiryOf = (since: string, hours: number): string =>
  hours === 0 ? NEVER : new Date(Date.parse(since) + hours * HOUR_MS).toISOString();

/** Whether a stack with this output `expires` is past its time. An output that is no time never is. */
export const isExpired = (expires: string, now: Date): boolean => Date.parse(expires) <= now.getTime();
