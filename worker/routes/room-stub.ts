/** The one way from the Worker to a room object, so that no room is ever made without its location hint. */
import { waitUntil } from "cloudflare:workers";
import type { Region } from "../bindings.ts";
import type { Env } from "../env.ts";
import type { ChatRoom } from "../objects/chat-room.ts";
import { objectName } from "../objects/contract.ts";
import { DeadlineExceeded, within } from "./deadline.ts";
import { errorText, log } from "./log.ts";
import { Refused } from "./refused.ts";

/** A room that just moved or was redeployed is back within a second, ms. */
const RETRY_MS = 1_000;
/** An object that says it is overloaded, or does not answer, needs its queue to drain, ms. */
const BUSY_RETRY_MS = 5_000;
/**
 * How long a room may take to answer, ms. A cold start on the other side of the world takes one or two seconds; people
 * give up after about ten.
 */
export const ROOM_DEADLINE_MS = 10_000;

export const unavailable = (retryAfterMs: number = RETRY_MS): Refused =>
  new Refused("unavailable", "The room cannot be reached at the moment. Please try again.", { retryAfterMs });

export interface RoomAddress {
  readonly region: Region;
  readonly room: string;
}

/** Where a room lives: the first configured region. */
export const roomAddress = (env: Env, room: string): RoomAddress => ({ region: env.CHAT.regions[0], room });

const roomStub = (env: Env, { region, room }: RoomAddress): DurableObjectStub<ChatRoom> =>
  env.CHAT_ROOM.getByName(objectName(region, room), { locationHint: region });

const flag = (error: unknown, name: "retryable" | "overloaded"): boolean =>
  error instanceof Error && name in error && error[name as keyof typeof error] === true;

/** @see https://developers.cloudflare.com/durable-objects/best-practices/error-handling/ */
async function attempt<Result>(
  env: Env,
  address: RoomAddress,
  call: (stub: DurableObjectStub<ChatRoom>) => Promise<Result>,
): Promise<Result> {
  try {
    return await call(roomStub(env, address));
  } catch (error) {
    if (!flag(error, "retryable") || flag(error, "overloaded")) throw error;
    // A stub stays broken after an error.
    return call(roomStub(env, address));
  }
}

/**
 * Calls a room object. A failure that the platform calls retryable is tried once more on a fresh stub, never when the
 * object is overloaded. All verbs may be repeated: reads, a removal, a kick, and an upgrade whose first socket never
 * reached its client.
 * @param discard Undoes an answer that came after the deadline.
 * @param deadlineMs How long both tries together may take.
 * @throws {Refused} `unavailable`
 */
export async function callRoom<Result>(
  env: Env,
  address: RoomAddress,
  call: (stub: DurableObjectStub<ChatRoom>) => Promise<Result>,
  discard: (late: Result) => void = () => {},
  deadlineMs: number = ROOM_DEADLINE_MS,
): Promise<Result> {
  const answer = attempt(env, address, call);
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
