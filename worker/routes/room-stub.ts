/** The one way from the Worker to a room object, so that no room is ever made without its location hint. */
import type { Region } from "../bindings.ts";
import type { Env } from "../env.ts";
import type { ChatRoom } from "../objects/chat-room.ts";
import { objectName } from "../objects/contract.ts";
import { errorText, log } from "./log.ts";
import { Refused } from "./refused.ts";

/** A room that just moved or was redeployed is back within a second, ms. */
const RETRY_MS = 1_000;
/** An object that says it is overloaded needs its queue to drain, ms. */
const OVERLOADED_RETRY_MS = 5_000;

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

/**
 * Calls a room object. A failure that the platform calls retryable is tried once more on a fresh stub (a stub stays
 * broken after an error), never when the object is overloaded. All verbs may be repeated: reads, a removal, a kick, and
 * an upgrade whose first socket never reached its client.
 * @throws {Refused} `unavailable`
 * @see https://developers.cloudflare.com/durable-objects/best-practices/error-handling/
 */
export async function callRoom<Result>(
  env: Env,
  address: RoomAddress,
  call: (stub: DurableObjectStub<ChatRoom>) => Promise<Result>,
): Promise<Result> {
  try {
    return await call(roomStub(env, address));
  } catch (first) {
    try {
      if (!flag(first, "retryable") || flag(first, "overloaded")) throw first;
      return await call(roomStub(env, address));
    } catch (error) {
      const overloaded = flag(error, "overloaded");
      log("error", "room_unreachable", { ...address, overloaded, reason: errorText(error) });
      throw new Refused("unavailable", "The room cannot be reached at the moment. Please try again.", {
        retryAfterMs: overloaded ? OVERLOADED_RETRY_MS : RETRY_MS,
      });
    }
  }
}
