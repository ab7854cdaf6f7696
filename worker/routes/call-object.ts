/** How the Worker calls an object: with a bound, one more try where the platform says so, and one way to fail. */
import { waitUntil } from "cloudflare:workers";
import { DeadlineExceeded, within } from "./deadline.ts";
import { errorText, log } from "./log.ts";
import { Refused } from "./refused.ts";

/** An object that just moved or was redeployed is back within a second, ms. */
const RETRY_MS = 1_000;
/** An object that says it is overloaded, or does not answer, needs its queue to drain, ms. */
const BUSY_RETRY_MS = 5_000;
/**
 * How long an object may take to answer, ms. A cold start on the other side of the world takes one or two seconds; people
 * give up after about ten.
 */
export const OBJECT_DEADLINE_MS = 10_000;

export const unavailable = (retryAfterMs: number = RETRY_MS): Refused =>
  new Refused("unavailable", "The room cannot be reached at the moment. Please try again.", { retryAfterMs });

const flag = (error: unknown, name: "retryable" | "overloaded"): boolean =>
  error instanceof Error && name in error && error[name as keyof typeof error] === true;

/** @see https://developers.cloudflare.com/durable-objects/best-practices/error-handling/ */
async function attempt<Result>(call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (!flag(error, "retryable") || flag(error, "overloaded")) throw error;
    // A stub stays broken after an error: the call makes a fresh one.
    return call();
  }
}

export interface Patience<Result> {
  /** Undoes an answer that came after the deadline. */
  readonly discard?: (late: Result) => void;
  /** How long both tries together may take. */
  readonly deadlineMs?: number;
}

/**
 * Calls an object. A failure that the platform calls retryable is tried once more, never when the object is overloaded. All
 * verbs may be repeated: reads, a removal, a kick, and an upgrade whose first socket never reached its client.
 * @param address Names the object in the log.
 * @throws {Refused} `unavailable`
 */
export async function callObject<Result>(
  address: Readonly<Record<string, string>>,
  call: () => Promise<Result>,
  { discard = () => {}, deadlineMs = OBJECT_DEADLINE_MS }: Patience<Result> = {},
): Promise<Result> {
  const answer = attempt(call);
  try {
    return await within(deadlineMs, answer);
  } catch (error) {
    const late = error instanceof DeadlineExceeded;
    if (late) waitUntil(answer.then(discard, () => {}));
    const busy = late || flag(error, "overloaded");
    log("error", "room_unreachable", { ...address, busy, reason: errorText(error) });
    throw unavailable(busy ? BUSY_RETRY_MS : RETRY_MS);
  }
}
