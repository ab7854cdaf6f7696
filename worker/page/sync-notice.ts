/** What is said about the regions of a room that are late, or together again: calm, since chat goes on meanwhile. */
import type { Notice } from "../room/protocol.ts";

/** Good news is read in a glance, ms. */
const RESTORED_SHOWN_MS = 4_000;

export class SyncNotice {
  #text = "";
  #until = Number.POSITIVE_INFINITY;

  /** `now` in Unix ms. */
  take({ code, message }: Pick<Notice, "code" | "message">, now: number): void {
    const delayed = code === "sync_delayed";
    // Good news only for those who heard of the trouble.
    this.#text = delayed || this.#text !== "" ? message : "";
    this.#until = delayed ? Number.POSITIVE_INFINITY : now + RESTORED_SHOWN_MS;
  }

  /** Another region may serve us now: it says itself what is late there. */
  forget(): void {
    this.#text = "";
  }

  /** Empty when there is nothing to say. */
  text(now: number): string {
    return now < this.#until ? this.#text : "";
  }
}
