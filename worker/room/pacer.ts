/**
 * When the next tick runs: at once while idle, else a while after the last one. A timer stands only while something
 * waits for it, so that an idle object has none and may sleep.
 */
export class Pacer {
  readonly #now: () => number;
  readonly #later: (ms: number, run: () => void) => () => void;
  readonly #tick: () => void;
  #tickedAt = 0;
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;

  constructor(now: () => number, later: (ms: number, run: () => void) => () => void, tick: () => void) {
    this.#now = now;
    this.#later = later;
    this.#tick = tick;
  }

  /** A tick no sooner than `ms` after the last one, and no later than it takes. */
  want(ms: number): void {
    const at = this.#tickedAt + ms;
    if (this.#timer !== undefined && this.#timer.at <= at) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    const now = this.#now();
    // A clock that went backwards must not make us wait for it.
    if (at <= now || this.#tickedAt > now) {
      this.#run();
      return;
    }
    const cancel = this.#later(at - now, () => {
      this.#timer = undefined;
      this.#run();
    });
    this.#timer = { at, cancel };
  }

  #run(): void {
    this.#tickedAt = this.#now();
    this.#tick();
  }
}
