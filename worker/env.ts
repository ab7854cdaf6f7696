/** The Worker's bindings as TypeScript sees them, derived from the one list in `bindings`. */
import type { BINDINGS, BindingName, BindingType, ChatConfig } from "./bindings.ts";
import type { ChatRoom } from "./objects/chat-room.ts";
import type { RoomHub } from "./objects/room-hub.ts";

/** What the runtime hands the Worker for each type of binding. A new type in `BindingType` fails to compile here. */
interface BindingValues extends Record<BindingType, unknown> {
  durable_object_namespace: DurableObjectNamespace;
  kv_namespace: KVNamespace;
  analytics_engine: AnalyticsEngineDataset;
  ratelimit: RateLimit;
  plain_text: string;
  json: ChatConfig;
  secret_text: string;
}

type OptionalBinding = {
  [Name in BindingName]: (typeof BINDINGS)[Name] extends { optional: true } ? Name : never;
}[BindingName];

/** The class behind each namespace. */
interface Classes {
  ChatRoom: ChatRoom;
  RoomHub: RoomHub;
}

type ValueOf<Name extends BindingName> = (typeof BINDINGS)[Name] extends {
  className: infer Class extends keyof Classes;
}
  ? DurableObjectNamespace<Classes[Class]>
  : BindingValues[(typeof BINDINGS)[Name]["type"]];

type Bound = { readonly [Name in Exclude<BindingName, OptionalBinding>]: ValueOf<Name> } & {
  readonly [Name in OptionalBinding]?: ValueOf<Name>;
};

/** `env` of the Worker and of its Durable Objects. */
export interface Env extends Bound {}

declare global {
  namespace Cloudflare {
    /** `env` of `cloudflare:workers`, for the tests. */
    interface Env extends Bound {}
  }
}
