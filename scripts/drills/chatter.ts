import { setTimeout as pause } from "node:timers/promises";
import { ChatClient } from "../../client/chat-client.ts";
import { nextEvent } from "../../client/next-event.ts";
import type { StoredState } from "../../client/storage.ts";
import { within } from "./within.ts";

/** Slow enough for a room's usual work, quick enough to be under way at every moment of a deployment. */
const EVERY_MS = 250;
const JOIN_MS = 30_000;
const LAST_MS = 60_000;

/** Keeps the session in memory: what a page keeps over its reconnects. */
const memory = () => {
  let stored: StoredState | undefined;
  return {
    load: () => stored,
    save: (state: StoredState) => {
      stored = state;
    },
  };
};

/**
 * Two people who talk without a break while a drill does things to the deployment, and know afterwards whether anything
 * was lost, doubled or out of order. The stack must allow 600 messages a minute.
 */
export class Chatter {
  readonly room: string;
  readonly #speaker: ChatClient;
  readonly #listener: ChatClient;
  readonly #acknowledged: string[] = [];
  readonly #heard: string[] = [];
  readonly #troubles: string[] = [];
  #talking = true;
  #talk: Promise<void> | undefined;

  private constructor(url: string, room: string) {
    this.room = room;
    this.#listener = new ChatClient({ url, room, username: "Listener", storage: memory() });
    this.#listener.on("message", ({ message }) => {
      if (message.username === "Speaker") this.#heard.push(message.message);
    });
    this.#speaker = new ChatClient({ url, room, username: "Speaker", storage: memory() });
  }

  static async start(url: string, room: string): Promise<Chatter> {
    const chatter = new Chatter(url, room);
    for (const client of [chatter.#listener, chatter.#speaker])
      if (client.room === undefined) await nextEvent(client, "welcome", undefined, JOIN_MS);
    chatter.#talk = chatter.#speak();
    return chatter;
  }

  /** How many messages the room took so far. */
  get count(): number {
    return this.#acknowledged.length;
  }

  /** The version that runs the room, as the last welcome said it. */
  get version(): string | undefined {
    return this.#speaker.room?.version;
  }

  async #speak(): Promise<void> {
    for (let number = 1; this.#talking; number += 1) {
      const text = `message ${number}`;
      const outcome = await this.#speaker.send(text).outcome;
      if (outcome.status === "acknowledged") this.#acknowledged.push(text);
      else this.#troubles.push(`${text}: ${outcome.status} ${outcome.message ?? ""}`);
      await pause(EVERY_MS);
    }
  }

  /** Waits until so many more messages went through: the room works now. */
  async goesOn(more = 3): Promise<void> {
    const wanted = this.count + more;
    await within(
      LAST_MS,
      `${more} more messages in ${this.room}`,
      async () => this.count >= wanted || undefined,
    );
  }

  /** Ends the talk. @throws when a message was lost, doubled, out of order or refused. */
  async end(): Promise<number> {
    this.#talking = false;
    await this.#talk;
    await within(LAST_MS, "the listener to hear the last message", async () =>
      this.#heard.length >= this.#acknowledged.length ? true : undefined,
    ).catch(() => {});
    this.#speaker.close();
    this.#listener.close();
    if (this.#troubles.length > 0) throw new Error(`the room refused messages: ${this.#troubles.join("; ")}`);
    const [said, heard] = [this.#acknowledged.join("\n"), this.#heard.join("\n")];
    if (said !== heard) throw new Error(`said:\n${said}\nheard:\n${heard}`);
    return this.#acknowledged.length;
  }
}
