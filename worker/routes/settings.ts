/** Checks what the deployment bound, before any of it is used: all that is wrong, in words for the operator's log. */
import * as v from "valibot";
import type { Env } from "../env.ts";
import { log } from "./log.ts";
import { Refused } from "./refused.ts";

/** Shortest key, characters: HS256 wants 256 bits, and 32 characters of any alphabet are the least that can hold them. */
export const KEY_MIN = 32;

/** Shortest admin token, characters: it is compared with what anyone may send, as often as they like. */
export const ADMIN_TOKEN_MIN = 20;

const chatSchema = v.looseObject({
  regions: v.pipe(v.array(v.string()), v.minLength(1)),
  access: v.picklist(["open", "ticket"]),
  allowedOrigins: v.array(v.string()),
});

/** A key that anyone can try out forges sessions, also as the previous one. */
const keyProblem = (name: string, key: unknown, min = KEY_MIN): string[] =>
  typeof key === "string" && key.length >= min
    ? []
    : [`${name} must be a secret text of at least ${min} characters`];

/** Empty when the Worker can serve. The values of keys are never part of a problem. */
export function settingsProblems(env: Env): readonly string[] {
  const { issues = [] } = v.safeParse(chatSchema, env.CHAT);
  return [
    ...issues.map((issue) => `${["CHAT", v.getDotPath(issue) ?? []].flat().join(".")}: ${issue.message}`),
    ...keyProblem("SESSION_KEY", env.SESSION_KEY),
    ...(env.SESSION_KEY_PREVIOUS ? keyProblem("SESSION_KEY_PREVIOUS", env.SESSION_KEY_PREVIOUS) : []),
    ...(env.CHAT?.access === "ticket" ? keyProblem("TICKET_KEY", env.TICKET_KEY) : []),
    ...(env.ADMIN_TOKEN ? keyProblem("ADMIN_TOKEN", env.ADMIN_TOKEN, ADMIN_TOKEN_MIN) : []),
    ...(["CHAT_ROOM", "ROOM_HUB", "DIRECTORY", "ANALYTICS", "CONNECT_LIMIT", "VERSION"] as const)
      .filter((name) => env[name] === undefined)
      .map((name) => `${name} is not bound`),
  ];
}

/** Bindings that were found good: they do not change while the Worker lives, and every request asks. */
const good = new WeakSet<Env>();

/** @throws {Refused} `misconfigured`; the log has every problem, the client none of them. */
export function requireSettings(env: Env): void {
  if (good.has(env)) return;
  const problems = settingsProblems(env);
  if (problems.length === 0) {
    good.add(env);
    return;
  }
  log("error", "misconfigured", {
    problems,
    fix: "correct the stack's settings and run: npm run up -- <stack>",
  });
  throw new Refused(
    "misconfigured",
    "The chat is not set up correctly. Its operator finds the reason in the log.",
  );
}
