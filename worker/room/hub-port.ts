/**
 * What a replica and its hub say to each other. Plain objects, of which fields are only ever added. Every verb may be
 * late, doubled, or lost: what a replica claims is a total with a rising number, never a difference.
 */
import * as v from "valibot";
import { type Membership, membershipSchema } from "./membership.ts";

/**
 * How many slots (connections) a replica has. The hub keeps, per region, an upper bound of it. It ignores a claim whose
 * `n` is below the last of the same origin; otherwise its bound becomes `holds`, and then what it grants on top. Of a
 * new origin it forgets the old one's bound. So its bound is never below what the replica may use, whatever got lost.
 */
export interface Claim {
  readonly room: string;
  readonly region: string;
  readonly origin: string;
  /** Rises with every claim of this origin, kept in its storage before it is sent. */
  readonly n: number;
  /** Slots that the replica may use now. */
  readonly holds: number;
}

export interface Wish extends Claim {
  /** Slots that it would like to hold; less than that, down to `holds`, is a good answer. */
  readonly wants: number;
}

export interface Grant {
  /** Of the wish that is answered: a replica ignores the answer to any but its last. */
  readonly n: number;
  /** The new total, at least the `holds` of the wish. */
  readonly granted: number;
  /** Nothing was left although unused slots were called back: the room is full. */
  readonly full?: boolean | undefined;
}

/** The answer to an attendance. */
export interface Attended {
  /** The number of the last claim of this life that the hub heard. Both are absent from hubs of before. */
  readonly n?: number | undefined;
  /** The version of the membership that this life said it had. */
  readonly version?: number | undefined;
}

export interface Ban {
  readonly userId: string;
  /** Unix ms; in the past: lifted. */
  readonly until: number;
  /** When it was decided, Unix ms: of two bans of a user the later decision counts. */
  readonly at: number;
}

/** At the founding and at each new origin. */
export interface Registration extends Wish {
  /** The newest that the replica knows. */
  readonly membership: Membership;
}

export interface Registered extends Grant {
  readonly membership: Membership;
  readonly bans: readonly Ban[];
}

/** For the directory: coalesced by the replica, at most one a minute. */
export interface Attendance {
  readonly room: string;
  readonly region: string;
  readonly origin: string;
  /** Users that this region answers for: one who is in several regions counts in the first by name. */
  readonly users: number;
  readonly connections: number;
  /** Unix ms. */
  readonly at: number;
}

/** The hub as a replica sees it. Each verb has a deadline, and rejects when the hub is not reached or not ready. */
export interface HubPort {
  register(registration: Registration): Promise<unknown>;
  /** Asks for more slots. */
  acquire(wish: Wish): Promise<unknown>;
  /** Gives slots back. */
  release(claim: Claim): Promise<unknown>;
  attend(attendance: Attendance): Promise<unknown>;
}

const grant = {
  n: v.number(),
  granted: v.number(),
  full: v.optional(v.boolean()),
};
const ban = v.object({ userId: v.string(), until: v.number(), at: v.number() });
const grantSchema = v.object(grant);
const attendedSchema = v.object({ n: v.optional(v.number()), version: v.optional(v.number()) });
const registeredSchema = v.object({ ...grant, membership: membershipSchema, bans: v.array(ban) });

/** Undefined for what is none. */
export const decodeGrant = (value: unknown): Grant | undefined =>
  v.is(grantSchema, value) ? value : undefined;
export const decodeRegistered = (value: unknown): Registered | undefined =>
  v.is(registeredSchema, value) ? value : undefined;

export const decodeAttended = (value: unknown): Attended | undefined =>
  v.is(attendedSchema, value) ? value : undefined;

/** The hub to a replica: each part may be missing. */
export interface HubNotice {
  readonly membership?: Membership | undefined;
  readonly bans?: readonly Ban[] | undefined;
  /** Users whose connections are to be closed. */
  readonly kick?: readonly string[] | undefined;
  /** Give back every slot that is not in use. */
  readonly recall?: boolean | undefined;
}

const noticeSchema = v.object({
  membership: v.optional(membershipSchema),
  bans: v.optional(v.array(ban)),
  kick: v.optional(v.array(v.string())),
  recall: v.optional(v.boolean()),
});

export const decodeNotice = (value: unknown): HubNotice | undefined =>
  v.is(noticeSchema, value) ? value : undefined;

/** `founded: false`: nothing is stored there, so it holds no slot and no message. */
export type Noticed =
  | { readonly founded: false }
  | {
      readonly founded: true;
      readonly origin: string;
      readonly n: number;
      readonly holds: number;
      /** The version of the membership that it has now. */
      readonly version: number;
      /** Connections closed by `kick`. */
      readonly closed: number;
    };

/**
 * Everything a hub may have to be rebuilt from. After it, the replica is governed: it has the slots that it `holds`, as a
 * claim of a new number `n`, so that what a hub of before granted counts no more. The hub may answer a wish that was under
 * way with a grant for this later number.
 */
export type ReplicaReport =
  | { readonly founded: false }
  | {
      readonly founded: true;
      readonly origin: string;
      readonly n: number;
      readonly holds: number;
      readonly users: number;
      readonly connections: number;
      readonly bans: readonly Ban[];
      readonly membership: Membership;
      /** Per origin, how far it holds the log without a hole. */
      readonly vector: Readonly<Record<string, number>>;
    };

export const noticedSchema = v.variant("founded", [
  v.object({ founded: v.literal(false) }),
  v.object({
    founded: v.literal(true),
    origin: v.string(),
    n: v.number(),
    holds: v.number(),
    version: v.number(),
    closed: v.number(),
  }),
]);

export const reportSchema = v.variant("founded", [
  v.object({ founded: v.literal(false) }),
  v.object({
    founded: v.literal(true),
    origin: v.string(),
    n: v.number(),
    holds: v.number(),
    users: v.number(),
    connections: v.number(),
    bans: v.array(ban),
    membership: membershipSchema,
    vector: v.record(v.string(), v.number()),
  }),
]);
