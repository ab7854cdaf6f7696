import type { Roster } from "../worker/room/protocol.ts";

/** The room answers one `who` a second; a little more for the way, ms. */
const ASK_EVERY_MS = 1_100;
/** No answer for so long: the question or its answer was dropped, ms. */
const ASK_AGAIN_MS = 5_000;

/** Joins the questions "who is here?" of one client into as few as the room takes. */
export class RosterRequest {
  readonly #now: () => number;
  readonly #transmit: () => void;
  #waiting: PromiseWithResolvers<Roster> | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(now: () => number, transmit: () => void) {
    this.#now = now;
    this.#transmit = transmit;
  }

  /** While offline the question waits for the next connection. */
  ask(online: boolean): Promise<Roster> {
    if (this.#waiting !== undefined) return this.#waiting.promise;
    this.#waiting = Promise.withResolvers();
    if (online) this.#askSoon();
    return this.#waiting.promise;
  }

  reconnected(): void {
    if (this.#waiting !== undefined) this.#askSoon();
  }

  answered(roster: Roster): void {
    clearTimeout(this.#timer);
    this.#waiting?.resolve(roster);
    this.#waiting = undefined;
  }

  end(): void {
    clearTimeout(this.#timer);
    // Nobody has to be listening: a page that closes while its roster is on the way is no error.
    this.#waiting?.promise.catch(() => {});
    this.#waiting?.reject(new Error("The client left the room before it learnt who is there"));
    this.#waiting = undefined;
  }

  #askSoon(): void {
    clearTimeout(this.#timer);
    const wait = this.#askedAt + ASK_EVERY_MS - this.#now();
    this.#timer = setTimeout(() => this.#askNow(), Math.max(0, wait));
  }

  #askNow(): void {
    this.#askedAt = this.#now();
    this.#transmit();
    this.#timer = setTimeout(() => this.#askNow(), ASK_AGAIN_MS);
  }
}
