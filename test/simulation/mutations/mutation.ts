/** Mechanisms broken on purpose, to show that the checker notices. They live in the tests: the product has no switch. */
import type { Host } from "../../../worker/room/host.ts";
import type { HubHost } from "../../../worker/room/hub/hub-host.ts";
import type { SqlHubStore } from "../../../worker/storage/hub-store.ts";
import type { SqlRoomStore } from "../../../worker/storage/room-store.ts";

/** What a mutation may take hold of, at the birth of each room in memory. */
export interface Grip {
  readonly store: SqlRoomStore;
  readonly host: Host;
}

export interface HubGrip {
  readonly store: SqlHubStore;
  readonly host: HubHost;
}

export interface Mutation {
  /** What is broken, in words. */
  readonly breaks: string;
  /** Sees each room when it wakes; may return another host. */
  readonly room?: (grip: Grip) => Host;
  /** Likewise each hub. */
  readonly hub?: (grip: HubGrip) => HubHost;
}

export const MUTATIONS = {
  "no dedupe": {
    breaks: "a message that was taken before is taken again",
    room: ({ store, host }) => {
      store.log.taken = () => new Map();
      return host;
    },
  },
} as const satisfies Record<string, Mutation>;

export type MutationName = keyof typeof MUTATIONS;

export const mutationNamed = (name: MutationName): Mutation => MUTATIONS[name];
