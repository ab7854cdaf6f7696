/** What happened in a room since its last data point. Kept in SQLite: most rooms sleep long before the minute is over. */

import type { Outcome } from "./commit.ts";
import { bucketOf, WAIT_BUCKETS } from "./waits.ts";

export const COUNTERS = [
  "accepted",
  "duplicates",
  "limited",
  "malformed",
  "frames",
  "ticks",
  "joins",
  "resumes",
  "refusals",
  "deletions",
  "kicks",
  "slow",
  "flooding",
  /** Ms from the arrival of a message to the tick that delivers it, summed over those accepted. */
  "waited",
] as const;

export type Counter = (typeof COUNTERS)[number];
export type Counts = Readonly<Record<Counter, number>> & {
  /** Messages by how long they waited: see `WAIT_BOUNDS_MS`. */
  readonly waits: readonly number[];
};

const zero = (): Record<Counter, number> => ({
  accepted: 0,
  duplicates: 0,
  limited: 0,
  malformed: 0,
  frames: 0,
  ticks: 0,
  joins: 0,
  resumes: 0,
  refusals: 0,
  deletions: 0,
  kicks: 0,
  slow: 0,
  flooding: 0,
  waited: 0,
});

const noWaits = (): number[] => new Array<number>(WAIT_BUCKETS).fill(0);

export class Counters {
  #counts = zero();
  #waits = noWaits();
  #dirty = false;

  /** Tolerates what another version wrote. */
  constructor(saved: string | undefined) {
    if (saved === undefined) return;
    try {
      const values: unknown = JSON.parse(saved);
      if (typeof values !== "object" || values === null) return;
      for (const [name, value] of Object.entries(values))
        if (isCounter(name) && Number.isFinite(value)) this.#counts[name] = Number(value);
        else if (name === "waits" && Array.isArray(value))
          this.#waits = this.#waits.map((none, bucket) =>
            Number.isFinite(value[bucket]) ? Number(value[bucket]) : none,
          );
    } catch {
      // Counts are worth nothing when they cannot be read; the room is.
    }
  }

  /** Something is to be saved. */
  get isDirty(): boolean {
    return this.#dirty;
  }

  add(counter: Counter, by = 1): void {
    this.#counts[counter] += by;
    this.#dirty = true;
  }

  /** What became of a tick's messages. */
  took(outcomes: readonly Outcome[], now: number): void {
    for (const { kind, pending } of outcomes) {
      this.add(kind === "duplicate" ? "duplicates" : kind);
      if (kind === "accepted") this.waited(Math.max(0, now - pending.arrivedAt));
    }
  }

  /** An accepted message waited so long for its delivery. */
  waited(ms: number): void {
    this.#counts.waited += ms;
    const bucket = bucketOf(ms);
    this.#waits[bucket] = (this.#waits[bucket] ?? 0) + 1;
    this.#dirty = true;
  }

  save(): string {
    this.#dirty = false;
    return JSON.stringify({ ...this.#counts, waits: this.#waits });
  }

  /** The counts, which begin at 0 again. */
  take(): Counts {
    const counts = { ...this.#counts, waits: this.#waits };
    this.#counts = zero();
    this.#waits = noWaits();
    this.#dirty = false;
    return counts;
  }
}

const isCounter = (name: string): name is Counter => (COUNTERS as readonly string[]).includes(name);
