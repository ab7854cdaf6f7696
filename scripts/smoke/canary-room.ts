import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { STEP_MS } from "./guest.ts";
import { overrideHeaders, type SmokeTarget } from "./target.ts";
import { signTicket } from "./ticket.ts";

/** Asked at once: enough for a quick answer, little enough not to look like an attack. */
const AT_ONCE = 10;
/** Chance of missing every room of the new version, at which the search gives up. */
const MISS = 1e-6;
const HUNDRED = 100;
const AGAIN_MS = 2_000;
/** Characters of an unexpected answer that are shown. */
const LONGEST_QUOTE = 200;

const RoomInfo = z.object({ version: z.string().optional() });

export const newSmokeRoom = (): string => `smoke-${randomBytes(6).toString("hex")}`;

/** How many rooms must be asked to find one that a share of the traffic covers, almost surely. */
export const roomsToAsk = (percentage: number): number =>
  Math.ceil(Math.log(MISS) / Math.log(1 - Math.min(percentage, HUNDRED - 1) / HUNDRED));

/**
 * A room that the new version runs. Which version runs an object follows from its id and stays so for the whole
 * deployment, so rooms are asked by name until one says it; asking creates none.
 *
 * @throws when a room does not answer as it should, or none is found until the deadline.
 */
export async function findCanaryRoom(
  target: SmokeTarget,
  percentage: number,
  version: string,
  deadline: number,
): Promise<string> {
  const most = roomsToAsk(percentage);
  for (;;) {
    for (let asked = 0; asked < most; asked += AT_ONCE) {
      const rooms = Array.from({ length: AT_ONCE }, newSmokeRoom);
      const versions = await Promise.all(rooms.map((room) => versionOf(target, room)));
      const found = rooms[versions.indexOf(version)];
      if (found !== undefined) return found;
    }
    if (Date.now() > deadline)
      throw new Error(
        `none of ${most} rooms runs version ${version.slice(0, 12)}, at ${percentage} % of the traffic`,
      );
    // A new deployment takes seconds to reach every machine of the edge.
    await pause(AGAIN_MS);
  }
}

async function versionOf(target: SmokeTarget, room: string): Promise<string | undefined> {
  const ticket = target.ticketKey && signTicket(target.ticketKey, room, "Smoke");
  const headers = { ...overrideHeaders(target), ...(ticket ? { authorization: `Bearer ${ticket}` } : {}) };
  const ask = () =>
    fetch(new URL(`/chat/${room}`, target.url), { headers, signal: AbortSignal.timeout(STEP_MS) });
  let answer = await ask();
  if (!answer.ok) {
    // Objects restart when a deployment changes; one that is down twice is broken.
    await pause(AGAIN_MS);
    answer = await ask();
  }
  const text = await answer.text();
  if (!answer.ok) throw new Error(`a new room answered ${answer.status}: ${text.slice(0, LONGEST_QUOTE)}`);
  return RoomInfo.parse(JSON.parse(text)).version;
}
