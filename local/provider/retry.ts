/** Retries after the first attempt: eleven requests in all, as the official provider's client makes. */
export const MAX_RETRIES = 10;
const FIRST_DELAY_MS = 2_000;
const LONGEST_DELAY_MS = 30_000;
/** A longer wait asked for by the server is ignored in favour of the client's own delay. */
const LONGEST_REQUESTED_DELAY_MS = 60_000;
/** Up to this share of a delay is taken off at random, so that parallel calls do not return together. */
const JITTER = 0.25;

type Headers = Record<string, string | string[] | undefined>;

const header = (headers: Headers, name: string): string | undefined => {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
};

/** Whether an answer is worth another attempt: 408, 409, 429, 500 and above, unless the server decides itself. */
export function isRetryable(status: number, headers: Headers): boolean {
  const wish = header(headers, "x-should-retry");
  if (wish === "true") return true;
  if (wish === "false") return false;
  return status === 408 || status === 409 || status === 429 || status >= 500;
}

function requestedDelay(headers: Headers, now: number): number | undefined {
  const milliseconds = Number.parseFloat(header(headers, "retry-after-ms") ?? "");
  if (Number.isFinite(milliseconds)) return milliseconds;
  const after = header(headers, "retry-after") ?? "";
  const seconds = Number.parseFloat(after);
  if (Number.isFinite(seconds)) return seconds * 1_000;
  const date = Date.parse(after);
  return Number.isNaN(date) ? undefined : date - now;
}

/** Milliseconds to wait before attempt `retry` (1 is the first retry): what the server asked for, or 2, 4, 8, 16, 30, 30 … s. */
export function retryDelay(retry: number, headers: Headers, now: number, random: number): number {
  const requested = requestedDelay(headers, now);
  if (requested !== undefined && requested >= 0 && requested < LONGEST_REQUESTED_DELAY_MS) return requested;
  const delay = Math.min(FIRST_DELAY_MS * 2 ** (retry - 1), LONGEST_DELAY_MS);
  return delay * (1 - JITTER * random);
}
