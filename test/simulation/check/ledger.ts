/** What happened in a run, as an observer outside sees it: what was promised to whom, and what became durable where. */
import { laterOf } from "../../../worker/room/order.ts";
import type { Ack } from "../../../worker/room/protocol.ts";
import type { World } from "../engine/world.ts";

export interface Acknowledged {
  readonly client: string;
  readonly userId: string;
  readonly clientId: string;
  readonly id: string;
  readonly order: string;
  /** Unix ms, the world's. */
  readonly at: number;
  readonly region: string;
}

/** A message that became durable in the replica that took it. */
export interface Accepted {
  readonly region: string;
  readonly userId: string;
  readonly id: string;
  readonly order: string;
  readonly at: number;
  /** Unix ms by the replica's clock. */
  readonly clock: number;
}

export class Ledger {
  readonly acks: Acknowledged[] = [];
  readonly accepted: Accepted[] = [];
  /** When it was written, Unix ms by the world. */
  readonly written = new Map<string, number>();
  /** For whoever measures: a client shows a message, so many ms after it was written. */
  onSeen: ((client: string, text: string, ms: number) => void) | undefined;
  /** By `userId/clientId`: every text is written once. */
  readonly texts = new Map<string, string>();
  readonly after = new Map<string, string>();
  /** By region: when its clock jumped or its storage went. Unix ms. */
  readonly breaks = new Map<string, number[]>();
  /** Ids that may be missing: the only storage that held them was lost. */
  readonly excused = new Set<string>();
  readonly deleted = new Set<string>();
  /** By region: when its present life was founded. Unix ms. */
  readonly founded = new Map<string, number>();
  /** What was broken while it ran; the run ends with the first. */
  readonly violations: string[] = [];
  losses = 0;
  /** The highest floor that any replica ever had. */
  floor = "";
  readonly #holders = new Map<string, Set<string>>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** @param after the highest order that the client had seen */
  sent(client: { readonly userId: string }, clientId: string, text: string, after: string): void {
    const key = `${client.userId}/${clientId}`;
    if (this.texts.has(key)) return;
    this.texts.set(key, text);
    this.after.set(key, after);
  }

  acknowledged(
    client: { readonly name: string; readonly userId: string; readonly region: string | undefined },
    { clientId, id, order }: Ack,
  ): void {
    const { name, userId, region = "" } = client;
    const earlier = this.acks.find((ack) => ack.userId === userId && ack.clientId === clientId);
    if (earlier !== undefined && earlier.id !== id)
      this.violations.push(
        `exactly once: ${userId} ${clientId} was acknowledged as ${earlier.id} and as ${id}`,
      );
    this.acks.push({ client: name, userId, clientId, id, order, at: this.#world.now, region });
    this.#world.trace(
      () => `${name}: acknowledged ${this.texts.get(`${userId}/${clientId}`)} as ${id} at ${order}`,
    );
  }

  wrote(text: string): void {
    this.written.set(text, this.#world.now);
  }

  saw(client: string, text: string): void {
    this.onSeen?.(client, text, this.#world.now - (this.written.get(text) ?? this.#world.now));
  }

  /** A replica holds it durably. */
  held(region: string, id: string): void {
    const known = this.#holders.get(id);
    if (known === undefined) this.#holders.set(id, new Set([region]));
    else known.add(region);
  }

  heldIn(id: string): ReadonlySet<string> {
    return this.#holders.get(id) ?? new Set();
  }

  /**
   * A storage went, or back in time: it holds no more than `left`. What none of the `others` that belong to the room
   * held may be missing.
   */
  lost(region: string, left: ReadonlySet<string>, others: readonly string[]): void {
    this.broke(region);
    this.losses++;
    for (const [id, holders] of this.#holders)
      if (!left.has(id) && holders.delete(region) && !others.some((other) => holders.has(other)))
        this.excused.add(id);
  }

  /** What is not above it is history in some replica, for good. */
  trimmed(floor: string): void {
    this.floor = laterOf(this.floor, floor);
  }

  broke(region: string): void {
    this.breaks.set(region, [...(this.breaks.get(region) ?? []), this.#world.now]);
  }
}
