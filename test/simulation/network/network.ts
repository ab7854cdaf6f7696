/** What lies between objects: calls take time, get lost either way, arrive twice, overtake each other, and are cut. */
import type { World } from "../engine/world.ts";
import { HUB, type Weather } from "../schedule/plan.ts";
import { plainCopy } from "./plain-copy.ts";
import { roundTripMs } from "./region-latency.ts";

/** Something that can be called. `receive` runs a turn of it and hands the answer, or the error, to `answer`. */
export interface Callee {
  readonly name: string;
  readonly region: string;
  receive(verb: string, request: unknown, answer: (reply: Reply) => void): void;
}

/** Who calls: the request leaves through its output gate, and the answer arrives in a turn of it. */
export interface Caller {
  readonly name: string;
  readonly region: string;
  output(send: () => void): void;
  /** In a turn of the caller's present life; nothing when that life is over. */
  resume(life: number, run: () => void): void;
  readonly lives: number;
}

export type Reply = { readonly value: unknown } | { readonly error: string };

/** ms after which a request to what cannot be reached fails, where it does not just hang. */
const REFUSED_MS = 50;

export class Network {
  calls = 0;
  /** By verb. */
  readonly counts = new Map<string, number>();
  weather: Weather;
  readonly #world: World;
  readonly #spoil: (value: unknown) => unknown;
  readonly #cuts = new Map<string, number>();

  /** @param spoil what a mutation makes of what passes */
  constructor(world: World, weather: Weather, spoil: (value: unknown) => unknown) {
    this.#world = world;
    this.weather = weather;
    this.#spoil = spoil;
  }

  /** Nothing passes between the two for so long; `*` stands for everybody else. */
  cut(a: string, b: string, ms: number): void {
    const key = pair(a, b);
    this.#cuts.set(key, Math.max(this.#cuts.get(key) ?? 0, this.#world.now + ms));
  }

  heal(): void {
    this.#cuts.clear();
  }

  isCut(a: string, b: string): boolean {
    if (a === b) return false;
    const now = this.#world.now;
    return [pair(a, b), pair(a, "*"), pair(b, "*")].some((key) => (this.#cuts.get(key) ?? 0) > now);
  }

  call(caller: Caller, callee: Callee, verb: string, request: unknown, deadlineMs: number): Promise<unknown> {
    this.calls++;
    this.counts.set(verb, (this.counts.get(verb) ?? 0) + 1);
    // What a call carries is what it was when the call was made.
    const sent: unknown = this.#spoil(plainCopy(request));
    const life = caller.lives;
    const random = this.#world.random(`calls ${caller.name} ${callee.name}`);
    return new Promise((resolve, reject) => {
      let settled = false;
      const settle = (reply: Reply): void => {
        if (settled) return;
        settled = true;
        endWait();
        caller.resume(life, () => {
          if ("value" in reply) resolve(this.#spoil(plainCopy(reply.value)));
          else reject(new Error(`${verb} of ${callee.name}: ${reply.error}`));
        });
      };
      const endWait = this.#world.after(deadlineMs, () => settle({ error: `no answer in ${deadlineMs} ms` }));
      const back = (reply: Reply): void => {
        if (this.#lost(caller, callee, random.next() < this.weather.answerLost)) return;
        this.#world.after(this.#delay(caller, callee, random.next()), () => settle(reply));
      };
      const go = (answer: (reply: Reply) => void): void => {
        if (this.#lost(caller, callee, random.next() < this.weather.requestLost)) {
          if (random.chance(0.5)) this.#world.after(REFUSED_MS, () => settle({ error: "not reached" }));
          return;
        }
        this.#world.after(this.#delay(caller, callee, random.next()), () => {
          this.#world.trace(() => `${caller.name} → ${callee.name}: ${verb} ${brief(sent)}`);
          callee.receive(verb, sent, answer);
        });
      };
      caller.output(() => {
        go(back);
        if (random.next() < this.weather.twice) go(() => {});
      });
    });
  }

  #lost(a: Caller, b: Callee, unlucky: boolean): boolean {
    return unlucky || this.isCut(placeOf(a), placeOf(b));
  }

  #delay(a: Caller, b: Callee, luck: number): number {
    return (roundTripMs(a.region, b.region) / 2) * (1 + luck * this.weather.jitter);
  }
}

/** The hub can be cut off by itself, wherever it stands. */
const placeOf = ({ name, region }: { name: string; region: string }): string => (name === HUB ? HUB : region);

const pair = (a: string, b: string): string => (a < b ? `${a} ${b}` : `${b} ${a}`);

/** For the trace: what matters of a call. */
function brief(request: unknown): string {
  const text = JSON.stringify(request) ?? "";
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
