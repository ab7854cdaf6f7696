import * as z from "zod";
import { ApiRefusal } from "../../infra/cloudflare-http.ts";
import { hubName, objectName } from "../../worker/objects/contract.ts";
import type { CloudflareApi } from "../up/cloudflare-api.ts";

/** One of a room's Durable Objects. */
export type RoomObject = { className: "ChatRoom"; region: string } | { className: "RoomHub" };

export type Row = Record<string, unknown>;

const Namespaces = z.array(z.object({ id: z.string(), script: z.string(), class: z.string() }));
const Results = z.array(z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.unknown())) }));
/** A class has one namespace, and an account at most some hundred. */
const NAMESPACES_ON_A_PAGE = 1_000;
const STORED_NOTHING = /has stored nothing/;

/**
 * Asks the storage of one of a room's objects, through the call that Cloudflare's dashboard uses for its data studio. It
 * is no part of the published API: Cloudflare may change it.
 *
 * @returns undefined where the object has stored nothing; the local account says so, Cloudflare makes an empty one.
 * @throws {ApiRefusal} with SQLite's reason when the query is wrong.
 */
export async function askRoom(
  api: CloudflareApi,
  scriptName: string,
  object: RoomObject,
  room: string,
  queries: readonly string[],
): Promise<Row[][] | undefined> {
  const base = `/accounts/${api.accountId}/workers/durable_objects/namespaces`;
  const namespaces = await api.get(`${base}?per_page=${NAMESPACES_ON_A_PAGE}`, Namespaces);
  const found = namespaces.find((one) => one.script === scriptName && one.class === object.className);
  if (found === undefined)
    throw new Error(`The account has no objects of class ${object.className} in ${scriptName}.`);
  const name = object.className === "RoomHub" ? hubName(room) : objectName(object.region, room);
  const body = { durable_object_name: name, queries: queries.map((sql) => ({ sql })) };
  try {
    const results = await api.send("POST", `${base}/${found.id}/query`, body, Results);
    return results.map(({ columns, rows }) =>
      rows.map((row) => Object.fromEntries(columns.map((column, place) => [column, row[place]]))),
    );
  } catch (error) {
    if (error instanceof ApiRefusal && STORED_NOTHING.test(error.message)) return undefined;
    throw error;
  }
}
