/** What two replicas give each other in one `sync`: the request and its answer have this one shape. */
import * as v from "valibot";
import { membershipSchema } from "./membership.ts";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const vectorSchema = v.record(v.string(), count);

/** A place in the room's order. `state`: 0 a message, 1 deleted, 2 moved to a smaller order; 1 and 2 are empty. */
const entrySchema = v.object({
  id: v.string(),
  userId: v.string(),
  username: v.string(),
  message: v.string(),
  timestamp: v.number(),
  order: v.string(),
  origin: v.string(),
  seq: count,
  state: v.picklist([0, 1, 2]),
});

/** A deletion of `id`. `until`: an order above which no copy of it can come any more. */
const deletionSchema = v.object({
  id: v.string(),
  origin: v.string(),
  seq: count,
  at: v.number(),
  until: v.string(),
});

/** The copy of a message at `place` lost against the one at the smaller order `winner`: an event of who found it. */
const moveSchema = v.object({ place: v.string(), winner: v.string(), origin: v.string(), seq: count });

/**
 * What the bundle says of one origin: all its places and events above `after` and up to `upTo` are in it, except those
 * that the sender trimmed, the highest of which is `trimmed`. Whoever holds less than `after` cannot use it.
 */
const partSchema = v.object({ origin: v.string(), after: count, upTo: count, trimmed: count });

const person = v.tuple([v.string(), v.string()]);

/**
 * Users of one region, `[userId, username]`. With `base`, the change since that stamp; without, all of them.
 */
const attendanceSchema = v.object({
  region: v.string(),
  stamp: v.number(),
  base: v.optional(v.number()),
  here: v.array(person),
  /** Of those in `here`, who has more than one connection: `[userId, connections]`. */
  many: v.optional(v.array(v.tuple([v.string(), count]))),
  gone: v.optional(v.array(v.string())),
});

export const bundleSchema = v.object({
  room: v.string(),
  /** Region and present origin of the sender. */
  from: v.string(),
  origin: v.string(),
  /** Region of the receiver, which may be empty and learn here who it is. */
  to: v.string(),
  vector: vectorSchema,
  /** The sender wants everything that it lacks, of every origin. Otherwise a replica gives what is its own. */
  pull: v.optional(v.boolean()),
  floor: v.string(),
  parts: v.array(partSchema),
  entries: v.array(entrySchema),
  deletions: v.array(deletionSchema),
  moves: v.array(moveSchema),
  membership: v.optional(membershipSchema),
  /** The sender's wall clock, Unix ms. */
  now: v.number(),
  /** The highest order that the sender's clock made or followed. */
  order: v.string(),
  presence: v.optional(v.array(attendanceSchema)),
  /** Per region, the stamp of the attendance that the sender has: what the receiver need not tell again. */
  heard: v.optional(v.record(v.string(), v.number())),
  /** Users who come in nowhere for want of connections: those at the receiver that nobody hears of any more are to end. */
  crowded: v.optional(v.array(v.string())),
  /** Who began or ended to type: `[userId, username, isTyping]`. */
  typing: v.optional(v.array(v.tuple([v.string(), v.string(), v.boolean()]))),
});

export type Bundle = v.InferOutput<typeof bundleSchema>;
export type BundleEntry = Bundle["entries"][number];
export type BundleDeletion = Bundle["deletions"][number];
export type BundleMove = Bundle["moves"][number];
export type Part = Bundle["parts"][number];
export type RegionAttendance = v.InferOutput<typeof attendanceSchema>;
export type Typist = NonNullable<Bundle["typing"]>[number];

/** Undefined for what is no bundle, such as one of code that is too far apart. Unknown fields do no harm. */
export const decodeBundle = (value: unknown): Bundle | undefined =>
  v.is(bundleSchema, value) ? value : undefined;
