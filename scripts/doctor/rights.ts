import { randomBytes } from "node:crypto";

/** A right of an API token, in the dashboard's words, and a call that shows whether the token has it. */
export type Right = {
  name: string;
  /** What fails without it. */
  needed: string;
  /** Without an optional right the chat still deploys. */
  optional: boolean;
  method: "GET" | "DELETE" | "POST";
  path: string;
};

/** What decides which rights a stack needs. */
export type RightsQuestion = { accountId: string; zones: readonly { id: string; name: string }[] };

/**
 * The rights of a stack, one by one. Each is asked for by a call that changes nothing: a read, or the deletion of
 * something whose random id exists nowhere. With the right it answers 200 or 404, without it 403.
 */
export function rightsToTry({ accountId, zones }: RightsQuestion): Right[] {
  const account = `/accounts/${accountId}`;
  const nothing = randomBytes(16).toString("hex");
  return [
    {
      name: "Account · Workers Scripts · Edit",
      needed: "upload the Worker, its subdomain, its custom domain",
      optional: false,
      method: "DELETE",
      path: `${account}/workers/scripts/edge-chat-doctor-${nothing}`,
    },
    {
      name: "Account · Workers KV Storage · Edit",
      needed: "make the directory of rooms",
      optional: false,
      method: "DELETE",
      path: `${account}/storage/kv/namespaces/${nothing}`,
    },
    ...zones.map(
      ({ id, name }): Right => ({
        name: `Zone ${name} · Workers Routes · Edit`,
        needed: "set the stack's `routes`",
        optional: false,
        method: "DELETE",
        path: `/zones/${id}/workers/routes/${nothing}`,
      }),
    ),
    {
      name: "Account · Workers Tail · Read",
      needed: "npm run tail",
      optional: true,
      method: "GET",
      path: `${account}/workers/scripts/edge-chat-doctor-${nothing}/tails`,
    },
    {
      name: "Account · Account Analytics · Read",
      needed: "npm run metrics",
      optional: true,
      method: "POST",
      path: `${account}/analytics_engine/sql`,
    },
  ];
}
