import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { ChatClient } from "../../client/chat-client.ts";
import type { ReceivedMessage } from "../../client/chat-events.ts";
import { nextEvent } from "../../client/next-event.ts";
import type { StoredState } from "../../client/storage.ts";
import type { SmokeTarget } from "./target.ts";

/** How long one exchange may take; the far side of the world answers in a second. */
const STEP_MS = 10_000;
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
export async function smokeTest({ url, version }: SmokeTarget, rolloutMs = ROLLOUT_MS): Promise<SmokeReport> {
  const room = `smoke-${randomBytes(6).toString("hex")}`;
  const deadline = Date.now() + rolloutMs;
  const healthy = await healthOf(url, version, deadline);
  const alice = await joinRunning(url, room, "Smoke A", version ?? healthy, deadline);
  const bob = new Guest(url, room, "Smoke B");
  try {
    await bob.joined();
    const [heard, ms] = await timed(() => exchange(alice, bob, "hello from the smoke test"));
    const replayed = await missedAndReplayed(alice, bob);
    return {
      version: healthy,
      lines: [
        `health names version ${healthy.slice(0, 12)}`,
        `two clients exchanged ${JSON.stringify(heard.message)} in ${ms} ms`,
        `a resume replayed ${JSON.stringify(replayed.message)}`,
      ],
    };
  } finally {
    alice.leave();
    bob.leave();
  }
}

/** A client that keeps its session and cursor, so that it can come back as the same user. */
class Guest {
  #stored: StoredState | undefined;
  #client: ChatClient;
  readonly #open: () => ChatClient;

  constructor(url: string, room: string, username: string) {
    const storage = {
      load: () => this.#stored,
      save: (chat: StoredState) => {
        this.#stored = chat;
      },
    };
    this.#open = () => new ChatClient({ url, room, username, storage });
    this.#client = this.#open();
  }

  get client(): ChatClient {
    return this.#client;
  }

  async joined(): Promise<{ version: string; recovered: boolean }> {
    if (this.#client.room) return this.#client.room;
    const offline = nextEvent(this.#client, "state", (state) => state.status === "offline", STEP_MS).then(
      (state) => {
        throw new Error(
          `the room refused the connection: ${"message" in state ? state.message : state.status}`,
        );
      },
    );
    return Promise.race([nextEvent(this.#client, "welcome", undefined, STEP_MS), offline]);
  }

  leave(): void {
    this.#client.close();
  }

  comeBack(): void {
    this.#client = this.#open();
  }
}

async function healthOf(url: string, version: string | undefined, deadline: number): Promise<string> {
  for (;;) {
    const answer = await fetch(new URL("/api/health", url), { signal: AbortSignal.timeout(STEP_MS) }).catch(
      (error: unknown) => {
        throw new Error(
          `${url}/api/health does not answer: ${error instanceof Error ? error.message : error}`,
        );
      },
    );
    const health = Health.safeParse(await answer.json().catch(() => undefined));
    if (!answer.ok || !health.success)
      throw new Error(`${url}/api/health answered ${answer.status}, not a healthy chat`);
    if (version === undefined || health.data.version === version) return health.data.version;
    if (Date.now() > deadline)
      throw new Error(`health still names version ${health.data.version}, deployed was ${version}`);
    await pause(ROLLOUT_POLL_MS);
  }
}

/** Joins a fresh room until the code that runs it is the deployed one: an object may keep old code for minutes. */
async function joinRunning(
  url: string,
  room: string,
  name: string,
  version: string,
  deadline: number,
): Promise<Guest> {
  for (;;) {
    const guest = new Guest(url, room, name);
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

async function exchange(from: Guest, to: Guest, text: string): Promise<ReceivedMessage["message"]> {
  const heard = nextEvent(to.client, "message", ({ message }) => message.message === text, STEP_MS);
  const outcome = await from.client.send(text).outcome;
  if (outcome.status !== "acknowledged")
    throw new Error(`the message was not acknowledged: ${outcome.status} ${outcome.message ?? ""}`);
  const { message } = await heard;
  if (message.id !== outcome.id)
    throw new Error("the acknowledged message and the delivered one have different ids");
  return message;
}

async function missedAndReplayed(alice: Guest, bob: Guest): Promise<ReceivedMessage["message"]> {
  const text = "said while the other was away";
  bob.leave();
  const outcome = await alice.client.send(text).outcome;
  if (outcome.status !== "acknowledged")
    throw new Error("a message was not acknowledged while the other was away");
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
