/** What a client finds around itself. */
import type { Ledger } from "../check/ledger.ts";
import type { ClientEnd, Link } from "./link.ts";

/** Who comes, as the Worker would vouch for it. */
export interface Visitor {
  readonly userId: string;
  readonly username: string;
  readonly resuming: boolean;
  readonly since?: string;
}

export interface Surroundings {
  readonly ledger: Ledger;
  /** A request to the room, from a place, by way of the Worker. */
  connect(client: ClientEnd, place: string, plain: boolean, visitor: Visitor): Link;
}
