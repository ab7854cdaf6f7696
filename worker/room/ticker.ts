/** The tick: what was queued goes into the log, and everybody hears of it and of what else there is to tell. */
import type { Committer, Outcome, Pending } from "./commit.ts";
import type { Company } from "./company.ts";
import type { Counters } from "./counters.ts";
import type { Host } from "./host.ts";
import type { Inbox } from "./inbox.ts";
import type { RoomName } from "./life.ts";
import type { News } from "./news.ts";
import { CLOSE } from "./protocol.ts";
import type { Replica } from "./replica.ts";
import type { RoomStore } from "./store.ts";
import type { Upkeep } from "./upkeep.ts";

interface Ticking {
  readonly name: RoomName;
  readonly store: RoomStore;
  readonly host: Host;
  readonly counters: Counters;
  readonly committer: Committer;
  readonly inbox: Inbox;
  readonly news: News;
  readonly company: Company;
  readonly replica: Replica;
  readonly upkeep: Upkeep;
  /** There is more already. */
  readonly again: () => void;
}

export class Ticker {
  readonly #room: Ticking;
  #hasFailed = false;

  constructor(room: Ticking) {
    this.#room = room;
  }

  /**
   * Commit, then acknowledge and deliver, in one turn: the output gate holds what is sent until the write is durable.
   * Where nothing can be written, who comes, goes and types is told all the same.
   * @returns how many messages there were
   */
  tick(): number {
    const { host, counters, inbox, news, again } = this.#room;
    const now = host.now();
    const batch = inbox.take();
    counters.add("ticks");
    const outcomes = this.#attempt(batch, () => this.#commit(batch, now));
    const told = this.#attempt(batch, () => this.#tell(outcomes ?? [], now));
    // Once more for what could not be written, but not for ever.
    const hasFailed = outcomes === undefined || told === undefined;
    if (!inbox.isEmpty || news.isBehindLog || (hasFailed && !this.#hasFailed)) again();
    this.#hasFailed = hasFailed;
    return batch.length;
  }

  #commit(batch: readonly Pending[], now: number): Outcome[] {
    const { store, counters, committer, replica } = this.#room;
    return store.transaction(() => {
      const outcomes = committer.commit(batch, now);
      counters.took(outcomes, now);
      store.facts.set("counters", counters.save());
      replica.save();
      return outcomes;
    });
  }

  /** After the write, in program order: what leaves us waits until it is durable. */
  #tell(outcomes: readonly Outcome[], now: number): true {
    const { news, company, replica, upkeep } = this.#room;
    const accepted = outcomes.some(({ kind }) => kind === "accepted");
    const { typists } = news;
    company.tell(news.take(outcomes, replica.everybody.userCount), now);
    if (accepted) replica.push();
    if (typists.length > 0) replica.tellTyping(typists);
    replica.tellPresence();
    // The soonest first: the alarm is set once.
    upkeep.check();
    upkeep.measure();
    if (accepted) upkeep.trim();
    return true;
  }

  /** Undefined where it failed. The senders come back and send again; what was committed is a duplicate then. */
  #attempt<T>(batch: readonly Pending[], work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      const { name, host, committer, company } = this.#room;
      committer.forget();
      host.log("tick_failed", { ...name, messages: batch.length, error: String(error) });
      for (const { connection } of batch)
        company.drop(connection, CLOSE.internal, "internal error", "tick_failed");
      return undefined;
    }
  }
}
