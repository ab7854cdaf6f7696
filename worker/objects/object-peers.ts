/** The other objects of a room, behind the heart's ports. */
import type { Env } from "../env.ts";
import type { HubPort } from "../room/hub-port.ts";
import { HUB_DEADLINE_MS } from "../room/limits.ts";
import type { Peers } from "../room/peers.ts";
import type { HubRpc, ReplicaRpc } from "./contract.ts";
import { answered } from "./deadline.ts";
import { hubStub, roomStub } from "./object-stubs.ts";

/** The binding's class implements the verbs; code one version older does not, and its call then rejects. */
export const replicaStub = (env: Env, region: string, room: string): ReplicaRpc =>
  roomStub(env, region, room) as unknown as ReplicaRpc;

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
