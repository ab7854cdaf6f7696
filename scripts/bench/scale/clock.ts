/** The Worker's time, which can be moved on: whoever talks to it goes by the same. */
export class Clock {
  #aheadMs = 0;

  /** Unix ms. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  moved(ms: number): void {
    this.#aheadMs += ms;
  }
}
