import { setTimeout as pause } from "node:timers/promises";
import type { ProjectCopy } from "./project-copy.ts";
import { Traveller } from "./traveller.ts";

/** Data centers whose visitors are nearest to apac, weur and enam: Tokyo, Frankfurt, Ashburn. */
export const CITIES = ["NRT", "FRA", "IAD"] as const;

const ARRIVALS_AT_ONCE = 10;
/** Longest time until all see the same after the last disturbance. */
const CONVERGENCE_MS = 60_000;
const POLL_MS = 250;

/** mulberry32: the same disturbances in each run. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Weather {
  /** Ms between two messages of one person, on average. */
  readonly everyMs: number;
  /** Ms between two disturbances of somebody's line; half of them are hops. */
  readonly disturbEveryMs: number;
  readonly cities: readonly string[];
}

/** People in a room, all over the world, of whom none may miss a message, see one twice, or see another order. */
export class World {
  readonly people: Traveller[] = [];
  readonly room: string;
  readonly #copy: ProjectCopy;
  readonly #random: () => number;
  #over: AbortController | undefined;
  #weather: Promise<unknown> | undefined;

  constructor(copy: ProjectCopy, room: string, seed: number) {
    this.#copy = copy;
    this.room = room;
    this.#random = dice(seed);
  }

  /** So many more people come, spread over the cities. All of them are there before anybody goes on. */
  async arrive(count: number, cities: readonly string[]): Promise<void> {
    const first = this.people.length;
    for (let at = 0; at < count; at += ARRIVALS_AT_ONCE) {
      const some = Array.from({ length: Math.min(ARRIVALS_AT_ONCE, count - at) }, (_, index) => {
        const number = first + at + index;
        const colo = cities[number % cities.length] ?? "FRA";
        return Traveller.arrive({
          edge: () => this.#copy.account.edgeUrl,
          room: this.room,
          name: `P${number}`,
          colo,
        });
      });
      this.people.push(...(await Promise.all(some)));
    }
  }

  /** Everybody talks, lines break and people travel, until `calm`. */
  storm({ everyMs, disturbEveryMs, cities }: Weather): void {
    const over = new AbortController();
    this.#over = over;
    const again = async (ms: number, act: () => void) => {
      while (!over.signal.aborted) {
        await pause(2 * ms * this.#random(), undefined, { signal: over.signal }).catch(() => {});
        if (!over.signal.aborted) act();
      }
    };
    this.#weather = Promise.all([
      ...this.people.map((person) => again(everyMs, () => person.say())),
      again(disturbEveryMs, () => {
        const person = this.#one(this.people);
        if (this.#random() < 0.5) person.cut();
        else person.hop(this.#one(cities));
      }),
    ]);
  }

  #one<T>(all: readonly T[]): T {
    const one = all[Math.floor(this.#random() * all.length)];
    if (one === undefined) throw new Error("nobody is here");
    return one;
  }

  async calm(): Promise<void> {
    this.#over?.abort();
    await this.#weather;
  }

  /** How many messages the room took. */
  get acknowledged(): number {
    return this.people.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  }

  /**
   * Waits until everybody shows the same messages in the same order: each of `expected` texts once, and each person's own in
   * the order of writing.
   * @param expected Texts that were there before these people, oldest first.
   * @returns the texts, in that order
   * @throws with the first difference
   */
  async converge(expected: readonly string[] = []): Promise<string[]> {
    const deadline = Date.now() + CONVERGENCE_MS;
    for (;;) {
      const difference = this.#difference(expected);
      if (difference === undefined) return this.people[0]?.texts ?? [];
      if (Date.now() > deadline) throw new Error(`after ${CONVERGENCE_MS} ms: ${difference}`);
      await pause(POLL_MS);
    }
  }

  #difference(before: readonly string[]): string | undefined {
    const troubles = this.people.flatMap((person) => person.troubles);
    if (troubles.length > 0) return troubles.join("\n");
    const waiting = this.people.filter(({ isSettled }) => !isSettled);
    if (waiting.length > 0)
      return waiting
        .map(
          ({ name, client }) =>
            `${name} is ${JSON.stringify(client.state)}, ${client.pending.length} on the way`,
        )
        .join("\n");
    const said = [...before, ...this.people.flatMap(({ acknowledged }) => acknowledged)].sort();
    const reference = this.people[0];
    if (reference === undefined) return "nobody is here";
    for (const { name, client, ids, texts } of this.people) {
      const shown = [...texts].sort();
      const missing = said.filter((text) => !texts.includes(text));
      if (missing.length > 0) return `${name} (${client.room?.region}) misses ${missing.join(", ")}`;
      const extra = shown.filter((text, at) => !said.includes(text) || shown[at - 1] === text);
      if (extra.length > 0) return `${name} (${client.room?.region}) shows too often: ${extra.join(", ")}`;
      const other = ids.findIndex((id, at) => id !== reference.ids[at]);
      if (other !== -1)
        return `${name} (${client.room?.region}) shows ${texts[other]} where ${reference.name} shows ${reference.texts[other]}`;
    }
    for (const { name, acknowledged } of this.people) {
      const own = reference.texts.filter((text) => text.startsWith(`${name} `));
      const numbers = own.map((text) => Number(text.slice(name.length + 1)));
      if (numbers.some((number, at) => at > 0 && number < (numbers[at - 1] ?? 0)))
        return `what ${name} wrote is out of order: ${own.join(", ")}`;
      if (own.length !== acknowledged.length)
        return `${name} wrote ${acknowledged.length}, shown are ${own.length}`;
    }
    return undefined;
  }

  leave(): void {
    for (const person of this.people.splice(0)) person.leave();
  }
}
