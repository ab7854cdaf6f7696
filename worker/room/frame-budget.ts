/** How many events of a kind one connection may cause in any window: exact, in memory (an idle object has no bursts). */
export class FrameBudget {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #times: number[] = [];
  #next = 0;

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  /** Counts one event at `now`. False when it is one too many. */
  spend(now: number): boolean {
    const oldest = this.#times[this.#next];
    if (oldest !== undefined && oldest > now - this.#windowMs) return false;
    this.#times[this.#next] = now;
    this.#next = (this.#next + 1) % this.#limit;
    return true;
  }
}
