/** A life of a room in one region: from the first use of empty storage until that storage is lost. */
import type { Host } from "./host.ts";
import { newOrigin } from "./origin.ts";
import type { RoomStore } from "./store.ts";

export interface RoomName {
  readonly room: string;
  readonly region: string;
}

export interface Life extends RoomName {
  /** Changes when another replica turns out to have seen more of this origin than we hold. */
  origin: string;
}

/** Gives empty storage its name: the room's first life, or its first after the storage was lost. */
export function found(
  store: RoomStore,
  { room, region }: RoomName,
  host: Pick<Host, "now" | "random">,
): void {
  const origin = newOrigin(region, host.now(), host.random());
  store.facts.set("room", room);
  store.facts.set("region", region);
  store.facts.set("origin", origin);
  store.log.know(origin);
}

export function lifeIn(store: RoomStore): Life {
  const fact = (key: "room" | "region" | "origin"): string => {
    const value = store.facts.get(key);
    if (value === undefined) throw new Error(`The room's storage has no "${key}": it was never founded`);
    return value;
  };
  return { room: fact("room"), region: fact("region"), origin: fact("origin") };
}

/**
 * The storage was restored to an older point: another replica has seen more of our origin than we hold. What comes from
 * now on needs a new name; the old origin's places come back from the others.
 */
export function renew(store: RoomStore, life: Life, host: Pick<Host, "now" | "random">): void {
  life.origin = newOrigin(life.region, host.now(), host.random());
  store.facts.set("origin", life.origin);
  store.log.know(life.origin);
}
