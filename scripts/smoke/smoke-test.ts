import "../toolchain/localhost-names.ts";
import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import type { ReceivedMessage } from "../../client/chat-events.ts";
import { nextEvent } from "../../client/next-event.ts";
import { findCanaryRoom, newSmokeRoom } from "./canary-room.ts";
import { Guest, STEP_MS } from "./guest.ts";
import { overrideHeaders, type SmokeTarget } from "./target.ts";

/** A new version reaches every machine of the edge, and a running object, within minutes. */
const ROLLOUT_MS = 180_000;
const ROLLOUT_POLL_MS = 2_000;

const Health = z.object({ status: z.literal("healthy"), version: z.string() });

/** What the smoke test found, as words to print. */
export type SmokeReport = { version: string; lines: string[] };

/**
 * Proves that a deployed chat works: health names the version, two clients exchange a message, and one that was away
 * gets what it missed.
 *
 * @throws with the reason when something does not work.
 */
export async function smokeTest(target: SmokeTarget, rolloutMs = ROLLOUT_MS): Promise<SmokeReport> {
  const { version, canary } = target;
  const deadline = Date.now() + rolloutMs;
  const healthy = await healthOf(target, deadline);
  const health = `health names version ${healthy.slice(0, 12)}`;
  // Without traffic no room runs it: what can be asked is the Worker around the rooms.
  if (canary?.percentage === 0) return { version: healthy, lines: [health] };
  if (target.closed) {
    const why = "the rooms were not entered: the stack does not know its ticketKey";
    return { version: healthy, lines: [health, why] };
  }
  const room = canary ? await findCanaryRoom(target, canary.percentage, healthy, deadline) : newSmokeRoom();
  const alice = await joinRunning(target, room, "Smoke A", version ?? healthy, deadline);
  const bob = new Guest(target, room, "Smoke B");
  try {
    await bob.joined();
    const [heard, ms] = await timed(() => exchange(alice, bob, fitting(alice, "hello from the smoke test")));
    const exchanged = `two clients exchanged ${JSON.stringify(heard.message)} in ${ms} ms`;
    // Alice would be refused for her second message, and the chat would be blamed for a setting that works.
    const silent = (alice.client.room?.limits.messagesPerMinute ?? 2) < 2;
    const replay = silent
      ? "a resume was not tried: a user may write once a minute"
      : `a resume replayed ${JSON.stringify((await missedAndReplayed(alice, bob)).message)}`;
    return { version: healthy, lines: [health, exchanged, replay] };
  } finally {
    alice.leave();
    bob.leave();
  }
}

async function healthOf(target: SmokeTarget, deadline: number): Promise<string> {
  const { url, version, fresh = false } = target;
  const headers = overrideHeaders(target);
  for (;;) {
    const answered = await askHealth(url, headers).catch((error: unknown) => {
      if (!fresh || Date.now() > deadline) throw error;
      return undefined;
    });
    if (answered !== undefined && (version === undefined || answered === version)) return answered;
    if (Date.now() > deadline)
      throw new Error(`health still names version ${answered}, deployed was ${version}`);
    await pause(ROLLOUT_POLL_MS);
  }
}

/** @throws when nothing answers, or something else than a healthy chat. */
async function askHealth(url: string, headers: Record<string, string>): Promise<string> {
  const signal = AbortSignal.timeout(STEP_MS);
  const answer = await fetch(new URL("/api/health", url), { headers, signal }).catch((error: unknown) => {
    throw new Error(`${url}/api/health does not answer: ${error instanceof Error ? error.message : error}`);
  });
  const health = Health.safeParse(await answer.json().catch(() => undefined));
  if (!answer.ok || !health.success)
    throw new Error(`${url}/api/health answered ${answer.status}, not a healthy chat`);
  return health.data.version;
}

/** Joins a fresh room until the code that runs it is the deployed one: an object may keep old code for minutes. */
async function joinRunning(
  target: SmokeTarget,
  room: string,
  name: string,
  version: string,
  deadline: number,
): Promise<Guest> {
  for (;;) {
    const guest = new Guest(target, room, name);
    try {
      const welcome = await guest.joined();
      if (welcome.version === version) return guest;
      if (Date.now() > deadline)
        throw new Error(`the room still runs version ${welcome.version}, not ${version}`);
    } catch (error) {
      guest.leave();
      throw error;
    }
    guest.leave();
    await pause(ROLLOUT_POLL_MS);
  }
}

/** As much of a text as a message may have here. */
function fitting(guest: Guest, text: string): string {
  return [...text].slice(0, guest.client.room?.limits.messageLength).join("");
}

async function exchange(from: Guest, to: Guest, text: string): Promise<ReceivedMessage["message"]> {
  const [id, { message }] = await Promise.all([
    sendAcknowledged(from, text),
    nextEvent(to.client, "message", (heard) => heard.message.message === text, STEP_MS).catch(() => {
      throw new Error(`a message did not reach the other client within ${STEP_MS / 1000} s`);
    }),
  ]);
  if (message.id !== id) throw new Error("the acknowledged message and the delivered one have different ids");
  return message;
}

/** @throws when the room does not take the message, or says nothing of it: the client itself would wait for minutes. */
async function sendAcknowledged(from: Guest, text: string): Promise<string> {
  const sent = from.client.send(text);
  const outcome = await Promise.race([sent.outcome, pause(STEP_MS, undefined, { ref: false })]);
  if (outcome === undefined) throw new Error(`a message was not acknowledged within ${STEP_MS / 1000} s`);
  if (outcome.status === "acknowledged") return outcome.id;
  throw new Error(`a message was not acknowledged: ${outcome.status} ${outcome.message ?? ""}`.trim());
}

async function missedAndReplayed(alice: Guest, bob: Guest): Promise<ReceivedMessage["message"]> {
  const text = fitting(alice, "said while the other was away");
  bob.leave();
  await sendAcknowledged(alice, text);
  bob.comeBack();
  const replay = nextEvent(bob.client, "message", ({ message }) => message.message === text, STEP_MS);
  const [{ recovered }, { message, via }] = await Promise.all([bob.joined(), replay]);
  if (!recovered) throw new Error("the room did not recognise a returning user");
  if (via !== "replay") throw new Error(`the missed message came as "${via}", not as a replay`);
  return message;
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const startedAt = performance.now();
  const result = await work();
  return [result, Math.round(performance.now() - startedAt)];
}
