/** Every mechanism that carries a promise, broken on purpose: the checker must notice each. */
import type { Bundle } from "../../../worker/room/bundle.ts";
import { ORDER_ZERO } from "../../../worker/room/order.ts";
import type { Entry } from "../../../worker/room/store.ts";
import { BEGINNING } from "../engine/world.ts";
import type { Mutation } from "./mutation.ts";

/** ms after which a grant of slots ends by itself, where it wrongly does. */
const LEASE_MS = 30_000;
/** So that every membership looks newer than the one before. */
let versions = 2 ** 50;

/** An answer of the hub, as if the caller's claim were the last that it knows. */
const underNumber = (answer: unknown, n: number): unknown => ({ ...Object(answer), n, version: 0 });

/** Under an id of its own. */
const again = (entry: Entry): Entry => ({ ...entry, id: `${entry.id}-${entry.origin}-${entry.seq}` });

export const MUTATIONS = {
  "no dedupe": {
    breaks: "a message that was taken before is taken for a new one",
    within: 100,
    room: ({ store, host }) => {
      const taken = store.log.taken.bind(store.log);
      const append = store.log.append.bind(store.log);
      store.log.taken = () => new Map();
      // The index of ids would refuse it otherwise.
      store.log.append = (entry) => append(taken([entry.id]).has(entry.id) ? again(entry) : entry);
      return host;
    },
  },
  "dedupe by region": {
    breaks: "copies of a message that entered in two regions stay two",
    within: 400,
    room: ({ store, host }) => {
      const copyOf = store.replica.copyOf.bind(store.replica);
      const put = store.replica.put.bind(store.replica);
      store.replica.copyOf = () => undefined;
      store.replica.put = (entry, state) =>
        put(state !== 2 && copyOf(entry.id) !== undefined ? again(entry) : entry, state);
      return host;
    },
  },
  "acknowledged before the commit": {
    breaks: "what is sent does not wait until what was written is durable",
    within: 600,
    ungated: true,
  },
  "cursor saved before the send": {
    breaks: "a peer counts as having what it was sent, whether it arrived or not",
    within: 200,
    regions: 2,
    room: ({ host }) => ({
      ...host,
      peers: {
        sync: (region, bundle, deadlineMs) =>
          host.peers.sync(region, bundle, deadlineMs).catch((): Bundle => {
            const member = bundle.membership?.members.find((one) => one.region === region);
            const origin = member?.origin ?? region;
            const nothing = { entries: [], deletions: [], moves: [], parts: [] };
            return { ...bundle, ...nothing, from: region, to: bundle.from, origin };
          }),
      },
    }),
  },
  "no hand-on": {
    breaks: "a replica tells what was written in its own region, and nothing else",
    within: 300,
    regions: 3,
    bundle: (bundle) => {
      const own = ({ origin }: { readonly origin: string }): boolean => origin.startsWith(`${bundle.from}.`);
      return {
        ...bundle,
        parts: bundle.parts.filter(own),
        entries: bundle.entries.filter(own),
        deletions: bundle.deletions.filter(own),
        moves: bundle.moves.filter(own),
      };
    },
  },
  "messages only": {
    breaks: "what was deleted or moved is not handed on",
    within: 300,
    bundle: (bundle) => ({
      ...bundle,
      entries: bundle.entries.filter(({ state }) => state === 0),
      deletions: [],
      moves: [],
    }),
  },
  "snapshot without dedupe ids": {
    breaks:
      "who catches up gets what is shown, but not the ids of what was deleted or lost: their copies come in again",
    within: 800,
    bundle: (bundle) => ({
      ...bundle,
      entries: bundle.entries.map((entry) => (entry.state === 0 ? entry : { ...again(entry), state: 1 })),
      deletions: bundle.deletions.map((deletion) => ({ ...deletion, id: `${deletion.id}-${deletion.seq}` })),
    }),
  },
  "lost copies forgotten": {
    breaks: "the copy that lost keeps no place in the log",
    within: 800,
    room: ({ store, host }) => {
      const put = store.replica.put.bind(store.replica);
      store.replica.put = (entry, state) => {
        if (state !== 2) put(entry, state);
      };
      return host;
    },
  },
  "clock follows nobody": {
    breaks: "an answer may stand before what it answers, where clocks differ by seconds",
    within: 400,
    bundle: (bundle) => ({ ...bundle, order: ORDER_ZERO }),
  },
  "no epoch": {
    breaks:
      "a replica without storage goes on under the name of the one that had it, and its hub does not notice",
    within: 400,
    founder: { now: BEGINNING, random: 0 },
    room: ({ host }) => ({
      ...host,
      hub: {
        register: async (asked) => underNumber(await host.hub.register(asked), asked.n),
        acquire: async (asked) => underNumber(await host.hub.acquire(asked), asked.n),
        release: async (asked) => underNumber(await host.hub.release(asked), asked.n),
        attend: async (asked) => underNumber(await host.hub.attend(asked), 0),
      },
    }),
  },
  "floor not merged": {
    breaks: "each replica has a floor of its own",
    within: 600,
    bundle: (bundle) => ({ ...bundle, floor: ORDER_ZERO }),
  },
  "trimmed by count": {
    breaks: "what lies beyond the newest messages goes at once, however young it is",
    within: 300,
    limits: (limits) => ({ ...limits, retentionMs: -60_000 }),
  },
  "held entries shown": {
    breaks: "an entry from the future is shown in the log as soon as it comes",
    within: 400,
    room: ({ store, host }) => {
      const put = store.replica.put.bind(store.replica);
      store.replica.put = (entry, state) => put(entry, state === 3 ? 0 : state);
      return host;
    },
  },
  "membership without version": {
    breaks: "whatever membership comes last counts",
    within: 200,
    membership: ({ members }) => ({ version: versions++, members }),
  },
  "grant ends by time": {
    breaks: "slots that nobody asked about for a while are given to somebody else",
    within: 400,
    hub: ({ store, host }) => {
      const { get, all } = store.replicas;
      const lease = <K extends { readonly heardAt: number; readonly bound: number }>(known: K): K =>
        known.heardAt < host.now() - LEASE_MS ? { ...known, bound: 0 } : known;
      Object.assign(store.replicas, {
        get: (region: string) => {
          const known = get(region);
          return known && lease(known);
        },
        all: () => all().map(lease),
      });
      return host;
    },
  },
  "grants from nowhere": {
    breaks: "a hub without storage grants at once, without asking who holds slots",
    within: 400,
    regions: 2,
    hub: ({ host }) => ({
      ...host,
      replicas: { ...host.replicas, report: async () => ({ founded: false }) },
    }),
  },
  "allowance in memory": {
    breaks: "a crash or sleep gives a user a fresh allowance",
    within: 300,
    room: ({ store, host }) => {
      store.rates.save = () => {};
      return host;
    },
  },
  "schedule in memory": {
    breaks: "what is to be done later is forgotten by a crash",
    within: 300,
    room: ({ store, host }) => {
      store.jobs.set = () => {};
      return host;
    },
  },
  "deletion of what is there": {
    breaks: "a deletion does not meet the copies that come after it",
    within: 800,
    room: ({ store, host }) => {
      store.replica.isDeleted = () => false;
      return host;
    },
  },
} as const satisfies Record<string, Mutation>;

export type MutationName = keyof typeof MUTATIONS;

// The keys of a record of K are K.
export const MUTATION_NAMES = Object.keys(MUTATIONS) as MutationName[];

export const mutationNamed = (name: MutationName): Mutation => MUTATIONS[name];
