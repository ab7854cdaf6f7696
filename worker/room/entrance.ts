/** What is to be done before somebody may come in: known to the hub, up to date, and with a slot to give. */
import { type Admission, admit, refusal } from "./admission.ts";
import { parseCursor } from "./cursor.ts";
import type { Everybody } from "./everybody.ts";
import type { Host } from "./host.ts";
import type { Life } from "./life.ts";
import { JOIN_WAIT_MS, REFUSED_RETRY_MS } from "./limits.ts";
import type { Members } from "./members.ts";
import type { Membership } from "./membership.ts";
import { laterOf } from "./order.ts";
import type { RegistrationDesk } from "./registration.ts";
import type { Replicator } from "./replicator.ts";
import type { Slots } from "./slots.ts";
import type { RoomStore } from "./store.ts";
import { within } from "./within.ts";

/** Tries to get a slot for one join: others may take what the hub gave. */
const SLOT_TRIES = 3;

export interface Premises {
  readonly life: Life;
  readonly store: RoomStore;
  readonly host: Host;
  readonly members: Members;
  readonly everybody: Everybody;
  readonly slots: Slots;
  readonly desk: RegistrationDesk;
  readonly replicator: Replicator;
  readonly membership: () => Membership;
}

export class Entrance {
  readonly #premises: Premises;
  /** We asked a peer since we woke. */
  #isFresh = false;
  /** People who wait to come in. */
  #waiting = 0;

  constructor(premises: Premises) {
    this.#premises = premises;
  }

  /** Slots in use, or about to be. */
  get used(): number {
    return this.#premises.members.connections.size + this.#waiting;
  }

  /** Undefined when nothing is to be done, which is nearly always. Never rejects. */
  ready(since: string | undefined): Promise<void> | undefined {
    const { slots, desk } = this.#premises;
    if (!slots.governed || (desk.isDone && !this.#mustAsk(since) && this.#hasSlot)) return undefined;
    return this.#prepare(since);
  }

  get #hasSlot(): boolean {
    const { members, slots } = this.#premises;
    return members.connections.size < slots.limit;
  }

  #mustAsk(since: string | undefined): boolean {
    return this.#premises.replicator.hasPeers && (!this.#isFresh || this.#isAhead(since));
  }

  async #prepare(since: string | undefined): Promise<void> {
    const { host, desk, replicator, slots } = this.#premises;
    this.#waiting++;
    try {
      if (!desk.isDone) await within(host, JOIN_WAIT_MS, desk.run());
      if (this.#mustAsk(since)) {
        await within(host, JOIN_WAIT_MS, replicator.pull());
        this.#isFresh = true;
      }
      for (let tries = 0; tries < SLOT_TRIES && !this.#hasSlot && slots.mayAsk; tries++)
        if (!(await within(host, JOIN_WAIT_MS, slots.ask(this.used)))) return;
    } finally {
      this.#waiting--;
    }
  }

  /** The client has seen, in another region, what may still come here. */
  #isAhead(since: string | undefined): boolean {
    const cursor = since === undefined ? undefined : parseCursor(since);
    if (cursor === undefined) return false;
    const heads = new Map(this.#premises.store.log.heads().map(({ origin, seq }) => [origin, seq]));
    return [...cursor.seen].some(([origin, seq]) => seq > (heads.get(origin) ?? -1) && this.mayCome(origin));
  }

  /** Not of our own region, where only we write, and not of an origin that its region has left behind. */
  readonly mayCome = (origin: string): boolean => {
    const { life, slots, replicator, membership } = this.#premises;
    if (!slots.governed) return false;
    const region = origin.split(".")[0] ?? "";
    if (region === life.region) return false;
    const known = membership().members.find((member) => member.region === region)?.origin ?? "";
    // Origins of a region sort by their founding.
    return origin >= laterOf(known, replicator.originOf(region) ?? "");
  };

  /** @param bannedUntil Unix ms, undefined for none */
  admit(userId: string, connectionsPerUser: number, bannedUntil: number | undefined): Admission {
    const { host, members, everybody, slots, replicator } = this.#premises;
    const elsewhere = everybody.connectionsElsewhere(userId);
    const allowed = { connectionsPerRoom: slots.limit, connectionsPerUser, elsewhere };
    const admission = admit(members, userId, allowed, bannedUntil, host.now());
    if (admission.kind === "welcome") return admission;
    const { code } = admission.error;
    // Some of those elsewhere may be dead. Whoever comes again in some seconds then finds room.
    if (code === "too_many_connections" && elsewhere > 0) replicator.crowd(userId);
    return code === "room_full" ? this.#refusal : admission;
  }

  /** Somebody came in: soon there may be no slot for the next. */
  entered(): void {
    const { slots, members } = this.#premises;
    if (slots.isShort(members.connections.size) && slots.mayAsk) void slots.ask(this.used);
  }

  /** How somebody is refused for whom there is no slot. */
  get #refusal(): Admission {
    const { slots } = this.#premises;
    return slots.full || !slots.governed
      ? refusal("room_full", "Room full", REFUSED_RETRY_MS)
      : refusal("unavailable", "No free place can be had at the moment", REFUSED_RETRY_MS);
  }
}
