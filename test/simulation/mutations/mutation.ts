/**
 * What a mutation may take hold of, to break a mechanism on purpose. All of it lies around the product's code: its ports,
 * its store, and what passes between objects. The product itself has no switch.
 */
import type { ChatLimits } from "../../../worker/bindings.ts";
import type { Bundle } from "../../../worker/room/bundle.ts";
import type { Host } from "../../../worker/room/host.ts";
import type { HubHost } from "../../../worker/room/hub/hub-host.ts";
import type { Membership } from "../../../worker/room/membership.ts";
import type { SqlHubStore } from "../../../worker/storage/hub-store.ts";
import type { SqlRoomStore } from "../../../worker/storage/room-store.ts";

export interface RoomGrip {
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
  /** Seeds within which the checker must notice. */
  readonly within: number;
  /** Regions of the runs; by the seed where absent. */
  readonly regions?: number;
  /** Sees each room when it wakes; may return another host. */
  readonly room?: (grip: RoomGrip) => Host;
  /** Likewise each hub. */
  readonly hub?: (grip: HubGrip) => HubHost;
  readonly limits?: (limits: ChatLimits) => ChatLimits;
  /** What is sent does not wait until what was written is durable. */
  readonly ungated?: true;
  /** A replica that is founded gets this clock and this luck. */
  readonly founder?: { readonly now: number; readonly random: number };
  /** Every bundle, on its way. */
  readonly bundle?: (bundle: Bundle) => Bundle;
  /** Every membership, on its way. */
  readonly membership?: (membership: Membership) => Membership;
}
