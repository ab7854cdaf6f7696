/** `GET /api/rooms?cursor=&limit=`: the rooms that people are in, from KV: eventually consistent and paged. */
import * as v from "valibot";
import { DIRECTORY_PREFIX, type DirectoryEntry } from "../objects/contract.ts";
import { json } from "./answer.ts";
import { requireReader } from "./gate.ts";
import { errorText, log } from "./log.ts";
import { wholeNumber } from "./query-number.ts";
import { Refused } from "./refused.ts";
import type { Route } from "./route.ts";

const LIMIT = { name: "limit", min: 1, max: 100, fallback: 100 } as const;
/** Longest cursor handed to KV, characters. */
const CURSOR_MAX = 2048;

const entrySchema = v.object({
  users: v.number(),
  regions: v.array(v.string()),
  updatedAt: v.number(),
}) satisfies v.GenericSchema<DirectoryEntry>;

export const directory: Route = async ({ request, env }) => {
  const query = new URL(request.url).searchParams;
  const limit = wholeNumber(query, LIMIT);
  const cursor = query.get("cursor");
  const badCursor = () =>
    new Refused("bad_request", "cursor must be the one of the page before. Start again without it.");
  if (cursor !== null && (cursor === "" || cursor.length > CURSOR_MAX)) throw badCursor();
  await requireReader(request, env);
  const page = await env.DIRECTORY.list<unknown>({ prefix: DIRECTORY_PREFIX, limit, cursor }).catch(
    (error: unknown) => {
      log("error", "directory_unreachable", { reason: errorText(error) });
      // KV refuses a cursor that it did not make by throwing, with no code of its own.
      if (cursor !== null) throw badCursor();
      throw new Refused("unavailable", "The list of rooms cannot be read at the moment.", {
        retryAfterMs: 5_000,
      });
    },
  );
  // An entry in a shape of another version is left out, not guessed at.
  const rooms = page.keys.flatMap(({ name, metadata }) => {
    const entry = v.safeParse(entrySchema, metadata);
    return entry.success ? [{ room: name.slice(DIRECTORY_PREFIX.length), ...entry.output }] : [];
  });
  return json({ rooms, ...(!page.list_complete && { cursor: page.cursor }) });
};
