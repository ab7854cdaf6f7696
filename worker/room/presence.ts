/** Arrivals and departures between two ticks, joined into few frames. */
import type { Coming } from "./everybody.ts";
import { PRESENCE_EVENTS_PER_TICK } from "./limits.ts";
import type { Presence } from "./protocol.ts";

interface Change extends Coming {
  readonly userCount: number;
}

export class PresenceQueue {
  /** By user: who comes and goes in one tick is not worth a frame. */
  readonly #changes = new Map<string, Change>();

  get isEmpty(): boolean {
    return this.#changes.size === 0;
  }

  add({ type, userId, username, region }: Coming, userCount: number): void {
    const earlier = this.#changes.get(userId);
    this.#changes.delete(userId);
    if (earlier !== undefined && earlier.type !== type) return;
    this.#changes.set(userId, { type, userId, username, region, userCount });
  }

  /** The frames to send now: each with the count after it, the last with the present one. */
  take(userCount: number): { joined: Presence[]; left: Presence[] } {
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    const told = changes.length > PRESENCE_EVENTS_PER_TICK ? changes.slice(-1) : changes;
    const joined = told.filter(({ type }) => type === "user_joined");
    const left = told.filter(({ type }) => type === "user_left");
    const last = left.at(-1) ?? joined.at(-1);
    const frame = (change: Change): Presence => ({
      ...change,
      userCount: change === last ? userCount : change.userCount,
    });
    return { joined: joined.map(frame), left: left.map(frame) };
  }
}
