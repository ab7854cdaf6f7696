/** `POST /chat/:room/kick {userId, banSeconds?}`: closes a user's connections, and keeps the user out for a while. */
import * as v from "valibot";
import { BAN_SECONDS } from "../room/limits.ts";
import { json } from "./answer.ts";
import { log } from "./log.ts";
import { requireModerator } from "./moderator.ts";
import { Refused } from "./refused.ts";
import { roomParameter } from "./room-parameter.ts";
import { callHub, callRoom, hasHub, roomAddresses } from "./room-stub.ts";
import type { Route } from "./route.ts";

/** Longest user id, characters: a UUID has 36. */
const USER_ID_MAX = 128;
/** Largest body, characters: the call has two fields. */
const BODY_MAX = 4096;

const RULE =
  `The body must be JSON: {"userId": text of 1 to ${USER_ID_MAX} characters, ` +
  `"banSeconds": whole number from 1 to ${BAN_SECONDS}, optional}.`;

const bodySchema = v.object({
  userId: v.pipe(v.string(), v.minLength(1), v.maxLength(USER_ID_MAX)),
  banSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(BAN_SECONDS))),
});

function parseJson(text: string): unknown {
  try {
    return text.length <= BODY_MAX ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

async function readBody(request: Request): Promise<v.InferOutput<typeof bodySchema>> {
  const body = parseJson(await request.text());
  if (v.is(bodySchema, body)) return body;
  throw new Refused("bad_request", RULE);
}

export const kick: Route = async ({ request, env, parameters }) => {
  await requireModerator(request, env);
  const room = roomParameter(parameters.room);
  const { userId, banSeconds } = await readBody(request);
  const ask = { room, userId, ...(banSeconds !== undefined && { banSeconds }) };
  const [address] = roomAddresses(request, env, room);
  const { closed } = hasHub(env)
    ? await callHub(env, room, (hub) => hub.kick(ask))
    : await callRoom(env, address, (stub) => stub.kick({ ...address, ...ask }));
  log("info", "user_kicked", { room, userId, banSeconds, closed });
  return json({ userId, closed });
};
