/**
 * Who may call. The API listens on the loopback address only; a web page could still reach it through the browser, so
 * the Host must name this machine (a rebound DNS name does not) and an Origin, which only browsers send, must too.
 */
import { timingSafeEqual } from "node:crypto";
import type { Context, Next } from "hono";
import type { Cloud } from "../cloud.ts";
import { cannotRoute, foreignOrigin, missingCredentials, notAuthenticated } from "../cloudflare-errors.ts";
import { findToken } from "../state/tokens.ts";
import { mayCall } from "./permissions.ts";

const LOOPBACK_NAMES = new Set(["127.0.0.1", "localhost", "[::1]"]);

export async function loopbackOnly(context: Context, next: Next): Promise<void> {
  const host = context.req.header("host") ?? "";
  if (!isLoopback(`http://${host}`)) throw foreignOrigin(`Host '${host}'`);
  const origin = context.req.header("origin");
  if (origin !== undefined && !isLoopback(origin)) throw foreignOrigin(`Origin '${origin}'`);
  await next();
}

export function isLoopback(origin: string): boolean {
  return URL.canParse(origin) && LOOPBACK_NAMES.has(new URL(origin).hostname);
}

export const authenticated =
  (cloud: Cloud) =>
  async (context: Context, next: Next): Promise<void> => {
    const header = context.req.header("authorization");
    if (header === undefined && context.req.header("x-auth-key") === undefined) throw missingCredentials();
    if (!ASSET_UPLOAD.test(context.req.path) && !mayPass(cloud, context)) throw notAuthenticated();
    await next();
  };

/** The account's first token may do everything, others what they were given. */
function mayPass(cloud: Cloud, context: Context): boolean {
  const value = bearerToken(context);
  if (sameText(value, cloud.identity.apiToken)) return true;
  const path = context.req.path.replace(/^\/client\/v4(?=\/)/, "");
  const token = findToken(cloud.db, value);
  // What is not Cloudflare's own, such as faults, is for the first token alone.
  return (
    token !== undefined &&
    path !== context.req.path &&
    mayCall(new Set(token.permissions), context.req.method, path)
  );
}

/** Checks a token of its own: that of the upload. */
const ASSET_UPLOAD = /^\/client\/v4\/accounts\/[^/]+\/workers\/assets\/upload$/;

export const bearerToken = (context: Context): string =>
  /^Bearer (.+)$/i.exec(context.req.header("authorization") ?? "")?.[1] ?? "";

export const ownAccount =
  (cloud: Cloud) =>
  async (context: Context, next: Next): Promise<void> => {
    if (context.req.param("account") !== cloud.identity.accountId)
      throw cannotRoute(context.req.path.replace(/^\/client\/v4/, ""));
    await next();
  };

function sameText(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}
