/** Who replicates a room. Only the hub changes it, by a rising version; whoever sees a higher version takes it. */
import * as v from "valibot";

export interface Member {
  readonly region: string;
  /** The present origin of the region's replica. */
  readonly origin: string;
  /** Its region was taken out of the settings: no new visitors, until the others hold everything that it holds. */
  readonly leaving?: true | undefined;
}

export interface Membership {
  /** 0: nothing heard of the hub yet. */
  readonly version: number;
  readonly members: readonly Member[];
}

export const NO_MEMBERSHIP: Membership = { version: 0, members: [] };

export const membershipSchema = v.object({
  version: v.number(),
  members: v.array(
    v.object({ region: v.string(), origin: v.string(), leaving: v.optional(v.literal(true)) }),
  ),
});

/** Undefined for what is no membership. */
export function decodeMembership(value: unknown): Membership | undefined {
  return v.is(membershipSchema, value) ? value : undefined;
}

/** For sending: what comes out of a schema is writable. */
export const membershipCopy = ({ version, members }: Membership): v.InferOutput<typeof membershipSchema> => ({
  version,
  members: [...members],
});

/** From storage; none where nothing readable is. */
export function readMembership(text: string | undefined): Membership {
  if (text === undefined) return NO_MEMBERSHIP;
  try {
    return decodeMembership(JSON.parse(text)) ?? NO_MEMBERSHIP;
  } catch {
    return NO_MEMBERSHIP;
  }
}
