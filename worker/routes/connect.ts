/** `GET /chat/:room` with `Upgrade: websocket`: who is it, may they in, and over to the room object. */
import * as v from "valibot";
import type { Env } from "../env.ts";
import { isAdmitted, type KnownUser, knownUser, prove } from "../identity/identify.ts";
import { type Offered, readOffered } from "../identity/offered-tokens.ts";
import { signSession } from "../identity/session.ts";
import { checkUsername, cleanUsername } from "../identity/username.ts";
import { CONNECT_HEADER, type Connect, encodeConnect } from "../objects/contract.ts";
import { CURSOR_BYTES } from "../room/cursor.ts";
import { CLOSE, REFUSALS, SUBPROTOCOL } from "../room/protocol.ts";
import { errorAnswer } from "./answer.ts";
import { unavailable } from "./call-object.ts";
import { limitConnects } from "./connect-limit.ts";
import { badTicket, gateOf, unixSeconds } from "./gate.ts";
import { log } from "./log.ts";
import { isSocketRefusal, Refused } from "./refused.ts";
import { refusingSocket } from "./refusing-socket.ts";
import { roomParameter } from "./room-parameter.ts";
import { callRoom, nearest, openAddresses, type RoomAddress, roomAddresses } from "./room-stub.ts";

/** The object reads its header only. A fixed URL, since the client's may carry tokens and would land in its logs. */
const OBJECT_URL = "https://room.invalid/";

export const isUpgrade = (request: Request): boolean =>
  request.method === "GET" && request.headers.get("Upgrade")?.toLowerCase() === "websocket";

function newUsername(raw: string | undefined, { v1 }: Offered): string {
  if (!v1) return cleanUsername(raw);
  const check = checkUsername(raw);
  if (!check.ok) throw new Refused("bad_username", check.problem);
  return check.username;
}

/** A UUID in fewer characters: everybody in the room gets it with every message. */
const newUserId = (): string => BigInt(`0x${crypto.randomUUID().replaceAll("-", "")}`).toString(36);

/** Who asks, for whichever region lets them in. */
async function describe(env: Env, room: string, query: URLSearchParams, offered: Offered) {
  const gate = gateOf(env);
  const now = unixSeconds();
  const proof = await prove(offered, gate, room, now);
  if (!isAdmitted(proof, gate.access)) throw badTicket();
  const user: KnownUser = knownUser(proof) ?? {
    userId: newUserId(),
    username: newUsername(query.get("username") ?? undefined, offered),
    ticketed: false,
    resuming: false,
  };
  const { userId, username, ticketed, resuming } = user;
  const since = query.get("since") ?? undefined;
  const session = await signSession({ userId, username, room, ticketed }, gate.sessionKeys, now);
  return {
    room,
    userId,
    username,
    plain: !offered.v1,
    resuming,
    // A longer one is none of ours: there is nothing to resume.
    ...(since !== undefined && since.length <= CURSOR_BYTES && { since }),
    session,
  } satisfies Omit<Connect, "region">;
}

/** The `error` frame in which a room refuses. */
const refusalSchema = v.object({
  code: v.picklist(Object.keys(REFUSALS).filter(isSocketRefusal)),
  message: v.string(),
  retryAfterMs: v.optional(v.number()),
});

const refusedBy = ({ code, message, retryAfterMs }: v.InferOutput<typeof refusalSchema>): Refused =>
  new Refused(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });

/** Gives back the slot of a client that was refused before its room let it in. */
function hangUp({ webSocket }: Response): void {
  webSocket?.accept();
  webSocket?.close(CLOSE.normal, "too late");
}

/** Asks one replica. @throws {Refused} with the replica's own no, or `unavailable` */
async function enter(
  env: Env,
  address: RoomAddress,
  who: Omit<Connect, "region">,
  deadlineMs: number,
): Promise<Response> {
  // A fresh request: nothing that the client sent reaches the object but what was checked here.
  const headers = {
    Upgrade: "websocket",
    [CONNECT_HEADER]: encodeConnect({ ...who, region: address.region }),
    ...(!who.plain && { "Sec-WebSocket-Protocol": SUBPROTOCOL }),
  };
  const answer = await callRoom(env, address, (stub) => stub.fetch(OBJECT_URL, { headers }), {
    discard: hangUp,
    deadlineMs,
  });
  if (answer.webSocket) return answer;
  const refusal = v.safeParse(refusalSchema, await answer.json().catch(() => undefined));
  if (refusal.success) throw refusedBy(refusal.output);
  log("error", "room_answer_unknown", { ...address, status: answer.status });
  throw unavailable();
}

async function admit(
  request: Request,
  env: Env,
  name: string | undefined,
  offered: Offered,
  query: URLSearchParams,
) {
  const room = roomParameter(name);
  await limitConnects(request, env);
  const who = await describe(env, room, query, offered);
  const addresses = openAddresses(roomAddresses(request, env, room), env);
  return nearest(addresses, (address, deadlineMs) => enter(env, address, who, deadlineMs));
}

/**
 * 101, or a refusal in the shape that the client can read: a frame and a close code for v1, HTTP for the others.
 * @param name The room as the path spells it; undefined when the path names none.
 */
export async function connect(request: Request, env: Env, name: string | undefined): Promise<Response> {
  const query = new URL(request.url).searchParams;
  const offered = readOffered(request.headers, query);
  try {
    return await admit(request, env, name, offered, query);
  } catch (error) {
    if (!(error instanceof Refused) || !isSocketRefusal(error.code)) throw error;
    log("warn", "connect_refused", { code: error.code, v1: offered.v1 });
    return offered.v1
      ? refusingSocket(error.code, error.message, error.details.retryAfterMs)
      : errorAnswer(error);
  }
}
