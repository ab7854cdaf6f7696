/** The other objects of a room, behind the heart's ports. Every stub is made here, always with its location hint. */
import type { Region } from "../bindings.ts";
import type { Env } from "../env.ts";
import type { HubPort } from "../room/hub-port.ts";
import { HUB_DEADLINE_MS } from "../room/limits.ts";
import type { Peers } from "../room/peers.ts";
import { type HubRpc, hubName, objectName, type ReplicaRpc } from "./contract.ts";
import { answered } from "./deadline.ts";

/** The platform judges the hint: a membership may name a region that this version does not know. */
export function replicaStub(env: Env, region: string, room: string): ReplicaRpc {
  const stub: unknown = env.CHAT_ROOM.getByName(objectName(region, room), { locationHint: region as Region });
  // The binding's class implements the verbs.
  return stub as ReplicaRpc;
}

/** @throws for a Worker that was deployed before rooms had hubs */
function hubStub(env: Env, room: string): HubRpc {
  const namespace: unknown = "ROOM_HUB" in env ? env.ROOM_HUB : undefined;
  if (namespace === undefined) throw new Error("This Worker has no binding ROOM_HUB: deploy it again");
  // The binding's class implements the verbs.
  const hubs = namespace as { getByName(name: string, options: { locationHint: Region }): HubRpc };
  return hubs.getByName(hubName(room), { locationHint: env.CHAT.regions[0] });
}

export const objectPeers = (env: Env): Peers => ({
  sync: async (region, bundle, deadlineMs) =>
    answered(replicaStub(env, region, bundle.room).sync(bundle), deadlineMs, `The replica in ${region}`),
});

export function objectHub(env: Env): HubPort {
  const ask = (room: string, verb: (hub: HubRpc) => Promise<unknown>) =>
    answered(verb(hubStub(env, room)), HUB_DEADLINE_MS, "The room's hub");
  return {
    register: async (registration) => ask(registration.room, (hub) => hub.register(registration)),
    acquire: async (wish) => ask(wish.room, (hub) => hub.acquire(wish)),
    release: async (claim) => ask(claim.room, (hub) => hub.release(claim)),
    attend: async (attendance) => ask(attendance.room, (hub) => hub.attend(attendance)),
  };
}
