/** How a replica becomes known to its hub, and stays so: registered under its present origin, or trying to. */

import type { Host } from "./host.ts";
import { type Ban, decodeRegistered } from "./hub-port.ts";
import type { Life } from "./life.ts";
import { RETRY_FIRST_MS, RETRY_LONGEST_MS } from "./limits.ts";
import type { Membership } from "./membership.ts";
import type { Slots } from "./slots.ts";
import type { RoomStore } from "./store.ts";

export interface Registrar {
  readonly life: Life;
  readonly store: RoomStore;
  readonly host: Host;
  readonly slots: Slots;
  /** Connections here, and those that wait to come in. */
  readonly used: () => number;
  readonly membership: () => Membership;
  readonly adopt: (membership: Membership) => void;
  readonly ban: (ban: Ban) => void;
  /** Calls `run` at that time or earlier, also after a crash. */
  readonly retryBy: (due: number) => void;
}

export class RegistrationDesk {
  readonly #registrar: Registrar;
  #running: Promise<void> | undefined;
  #failures = 0;
  #over = false;

  constructor(registrar: Registrar) {
    this.#registrar = registrar;
  }

  get isDone(): boolean {
    const { store, life } = this.#registrar;
    return store.facts.get("registered") === life.origin;
  }

  end(): void {
    this.#over = true;
  }

  /** Once at a time. Never rejects: a failure is tried again from the schedule. */
  run(): Promise<void> {
    if (this.isDone) return Promise.resolve();
    this.#running ??= this.#register().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** When the job is due again. */
  get again(): number | undefined {
    if (this.isDone || this.#over) return undefined;
    const { host } = this.#registrar;
    const wait = Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** Math.min(20, this.#failures));
    return host.now() + Math.round(wait * (0.75 + host.random() / 2));
  }

  async #register(): Promise<void> {
    const { life, store, host, slots, used, membership, adopt, ban, retryBy } = this.#registrar;
    const { origin } = life;
    try {
      const wish = slots.wish(used());
      const answer = decodeRegistered(await host.hub.register({ ...wish, membership: membership() }));
      if (this.#over || life.origin !== origin) return;
      if (answer === undefined) throw new Error("it answered in a form that this version cannot read");
      store.facts.set("registered", origin);
      slots.take(answer);
      for (const one of answer.bans) ban(one);
      adopt(answer.membership);
      this.#failures = 0;
    } catch (error) {
      if (this.#over) return;
      host.log("hub_unreachable", {
        room: life.room,
        region: life.region,
        verb: "register",
        error: String(error),
      });
      const due = this.again;
      this.#failures++;
      if (due !== undefined) retryBy(due);
    }
  }
}
