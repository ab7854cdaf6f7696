/** Another replica, as far as we know it. */
import type { Bundle, Typist } from "./bundle.ts";
import { RETRY_FIRST_MS, RETRY_LONGEST_MS } from "./limits.ts";
import type { PeerRow } from "./store.ts";
import { covers, EMPTY_VECTOR, joined, type Vector, vectorOf } from "./vector.ts";

export class Peer {
  readonly region: string;
  origin = "";
  /** What it last said that it holds. */
  vector: Vector = EMPTY_VECTOR;
  /** The same with what is on its way to it, in a call of ours or in the answer to one of its own. */
  assumed: Vector = EMPTY_VECTOR;
  /** Failed calls in a row, since when, and when to try again: Unix ms, 0 for none. */
  attempts = 0;
  failingSince = 0;
  due = 0;
  /** The call under way. */
  running: Promise<void> | undefined;
  /** Asked of the next call: give me everything; hand on what others wrote; tell who is here. */
  wantsPull = false;
  wantsRelay = false;
  wantsPresence = false;
  /** Users some of whose connections there may be dead. */
  readonly crowded = new Set<string>();
  readonly typists = new Map<string, Typist>();
  /** Per region the attendance that it has, as far as it said or we told it. */
  heard = new Map<string, number>();
  /** So long that its users count as gone. */
  isLost = false;
  /** Its row in the storage is older than what we know. */
  dirty = false;

  constructor(region: string, row?: PeerRow) {
    this.region = region;
    if (row === undefined) return;
    this.origin = row.origin;
    this.vector = row.vector;
    this.assumed = row.vector;
    this.attempts = row.attempts;
    this.failingSince = row.failingSince;
    this.due = row.due;
  }

  get row(): PeerRow {
    const { region, origin, vector, attempts, failingSince, due } = this;
    return { region, origin, vector, attempts, failingSince, due };
  }

  /** It called us, or answered. */
  heardFrom({ origin, vector, heard }: Bundle): void {
    const said = vectorOf(vector);
    // A new life, or one that went back in time, does not hold what we believed to be on its way.
    const wentBack = origin !== this.origin || !covers(said, this.vector);
    this.origin = origin;
    this.vector = said;
    this.assumed = wentBack ? said : joined(this.assumed, said);
    if (heard !== undefined) this.heard = new Map(Object.entries(heard));
    this.attempts = 0;
    this.failingSince = 0;
    this.isLost = false;
    this.due = 0;
    this.dirty = true;
  }

  /** A call failed: nothing of what was on its way is sure. */
  failed(now: number, random: number): void {
    this.attempts++;
    this.assumed = this.vector;
    this.heard.clear();
    this.typists.clear();
    this.crowded.clear();
    if (this.failingSince === 0) this.failingSince = now;
    const wait = Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** Math.min(20, this.attempts - 1));
    this.due = now + Math.round(wait * (0.75 + random / 2));
    this.dirty = true;
  }
}
