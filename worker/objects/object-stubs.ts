/**
 * The one way to the objects of a room: by name, in the stack's jurisdiction, and always with a location hint, so that no
 * object is ever made in a place that nobody chose. Names and jurisdiction are what an object's id is made of: another one
 * would be another, empty room.
 */
import type { ChatConfig, Region } from "../bindings.ts";
import type { Env } from "../env.ts";
import type { ChatRoom } from "./chat-room.ts";
import { type HubRpc, hubName, objectName } from "./contract.ts";

/** The part of a namespace that stubs are made with. */
interface Namespace<Stub> {
  getByName(name: string, options: { readonly locationHint: Region }): Stub;
  jurisdiction(name: string): Namespace<Stub>;
}

const inJurisdiction = <Stub>(namespace: Namespace<Stub>, { jurisdiction }: ChatConfig): Namespace<Stub> =>
  jurisdiction === undefined ? namespace : namespace.jurisdiction(jurisdiction);

/** The replica of a room in a region. A membership may name a region that this code does not know: the platform judges it. */
export function roomStub(env: Env, region: string, room: string): DurableObjectStub<ChatRoom> {
  // The runtime's namespace takes the names of jurisdictions that its types list.
  const rooms = env.CHAT_ROOM as unknown as Namespace<DurableObjectStub<ChatRoom>>;
  return inJurisdiction(rooms, env.CHAT).getByName(objectName(region, room), {
    locationHint: region as Region,
  });
}

/** The hub of a room with several regions. */
export function hubStub(env: Env, room: string): HubRpc {
  // As above; the binding's class implements the verbs.
  const hubs = env.ROOM_HUB as unknown as Namespace<HubRpc>;
  return inJurisdiction(hubs, env.CHAT).getByName(hubName(room), { locationHint: env.CHAT.regions[0] });
}
