/**
 * Virtual time: events in order of their time, one after the other. An event may start promises; what follows from
 * them runs to the end before the next event, so that a run depends on its seed alone.
 */
import { EventQueue } from "./event-queue.ts";
import { Random } from "./random.ts";

/** Unix ms at which every run begins. */
export const BEGINNING = 1_800_000_000_000;
/** A run that needs more is going in circles. */
const MOST_EVENTS = 60_000;

export class World {
  readonly seed: number;
  now = BEGINNING;
  events = 0;
  readonly #queue = new EventQueue();
  readonly #streams = new Map<string, Random>();
  #settling: (() => void)[] = [];
  readonly #lines: string[] | undefined;

  constructor(seed: number, tracing: boolean) {
    this.seed = seed;
    this.#lines = tracing ? [] : undefined;
  }

  random(stream: string): Random {
    const known = this.#streams.get(stream);
    if (known !== undefined) return known;
    const fresh = new Random(this.seed, stream);
    this.#streams.set(stream, fresh);
    return fresh;
  }

  /** Runs once in `ms`. Returns how to call it off. */
  after(ms: number, run: () => void): () => void {
    const event = this.#queue.push(this.now + Math.max(0, ms), run);
    return () => {
      event.run = undefined;
    };
  }

  /** Runs when all that the present event started has come to rest. */
  settled(run: () => void): void {
    this.#settling.push(run);
  }

  /** Until `end` (Unix ms), or until nothing is left to happen. */
  async run(end: number): Promise<void> {
    for (let next = this.#queue.peek(); next !== undefined && next.at <= end; next = this.#queue.peek()) {
      this.#queue.pop();
      if (next.run === undefined) continue;
      this.now = next.at;
      if (++this.events > MOST_EVENTS) throw new Error(`More than ${MOST_EVENTS} events: it goes in circles`);
      next.run();
      while (this.#settling.length > 0) {
        // Runs when no promise has anything left to do. Nothing here waits for the outside, as the event loop would.
        await new Promise<void>((resolve) => process.nextTick(resolve));
        const settling = this.#settling;
        this.#settling = [];
        for (const run of settling) run();
      }
    }
    this.now = Math.max(this.now, end);
  }

  get tracing(): boolean {
    return this.#lines !== undefined;
  }

  /** A line of the trace; made only when somebody reads it. */
  trace(line: () => string): void {
    this.#lines?.push(`${((this.now - BEGINNING) / 1000).toFixed(3).padStart(10)}  ${line()}`);
  }

  get lines(): readonly string[] {
    return this.#lines ?? [];
  }
}
