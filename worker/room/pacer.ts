/**
 * When the next tick runs: at once while idle, else so that ticks keep a pace. One may come early: where messages come
 * at the pace of the ticks, a message that was late would else make all that follow as late. A timer stands only while
 * something waits for it, so that an idle object has none and may sleep.
 */

/** Of a pause: the least between two ticks, so that what comes at once is told by one. */
const LEAST = 1 / 4;
/** Messages of a tick. After more the room is busy: what comes next is the first of many, and waits for them. */
const FEW = 4;
/** Pauses after which a busy room is idle again. A tick of a full room may take several. */
const SPELL = 10;

export class Pacer {
  readonly #now: () => number;
  readonly #later: (ms: number, run: () => void) => () => void;
  readonly #pause: () => number;
  readonly #tick: () => number;
  #tickedAt = 0;
  /** When the next tick is due where all keep the pace: ahead of that by a pause, one may come. */
  #dueAt = 0;
  #isBusy = false;
  #timer: { readonly at: number; readonly cancel: () => void } | undefined;

  /**
   * @param pause ms between two ticks of a busy room
   * @param tick gives the number of messages that it told
   */
  constructor(
    now: () => number,
    later: (ms: number, run: () => void) => () => void,
    pause: () => number,
    tick: () => number,
  ) {
    this.#now = now;
    this.#later = later;
    this.#pause = pause;
    this.#tick = tick;
  }

  /** A tick as soon as the pace allows. */
  soon(): void {
    const pause = this.#pause();
    const now = this.#now();
    const least = Math.ceil(pause * LEAST);
    const at = Math.max(this.#tickedAt + least, this.#dueAt - pause);
    const isOverdue = at <= now && now < this.#tickedAt + SPELL * pause;
    this.#by(this.#isBusy && isOverdue ? now + least : at);
  }

  /** A tick no sooner than `ms` after the last one. */
  after(ms: number): void {
    this.#by(this.#tickedAt + ms);
  }

  #by(at: number): void {
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
    const now = this.#now();
    const pause = this.#pause();
    this.#tickedAt = now;
    this.#dueAt = Math.max(now, Math.min(this.#dueAt, now + pause)) + pause;
    this.#isBusy = this.#tick() > FEW;
  }
}
