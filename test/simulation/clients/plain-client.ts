/** A client of the article's protocol: no session, no cursor, no acknowledgements, and no second try. */
import type { World } from "../engine/world.ts";
import type { ClientEnd, Link } from "./link.ts";
import type { Surroundings } from "./surroundings.ts";

const RETRY_MS = 3_000;

export class PlainClient implements ClientEnd {
  readonly name: string;
  place: string;
  present = false;
  online = false;
  /** Frames that were no single object. */
  broken = 0;
  readonly #world: World;
  readonly #around: Surroundings;
  #link: Link | undefined;
  #visits = 0;

  constructor(world: World, name: string, place: string, around: Surroundings) {
    this.#world = world;
    this.name = name;
    this.place = place;
    this.#around = around;
  }

  come(): void {
    if (this.present) return;
    this.present = true;
    this.#connect();
  }

  leave(): void {
    this.present = false;
    this.online = false;
    this.#link?.leave();
    this.#link = undefined;
  }

  drop(ms: number, noticedMs: number): void {
    if (!this.present) return;
    this.#link?.breakOff(noticedMs);
    this.#link = undefined;
    this.online = false;
    this.#world.after(ms, () => this.#connect());
  }

  wake(): void {
    this.#connect();
  }

  hop(place: string): void {
    this.place = place;
    if (!this.present) return;
    this.leave();
    this.come();
  }

  say(text: string): void {
    if (this.online) this.#link?.say(JSON.stringify({ type: "chat_message", message: text }));
  }

  received(link: Link, text: string): void {
    if (link !== this.#link) return;
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) || typeof value !== "object" || value === null || !("type" in value))
      this.broken++;
    else if (value.type === "welcome") this.online = true;
  }

  closed(link: Link): void {
    if (link !== this.#link) return;
    this.#link = undefined;
    this.online = false;
    this.#world.after(RETRY_MS, () => this.#connect());
  }

  #connect(): void {
    if (!this.present || this.#link !== undefined) return;
    this.#link = this.#around.connect(this, this.place, true, {
      userId: `${this.name}.p${++this.#visits}`,
      username: this.name,
      resuming: false,
    });
  }
}
