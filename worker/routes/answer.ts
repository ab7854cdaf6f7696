/** JSON answers and JSON errors, all of one shape. */
import type { Refused } from "./refused.ts";

const MS_PER_SECOND = 1000;

/** Answers are the state of a moment: nobody may keep them, and nobody may read them as anything but JSON. */
const HEADERS = {
  "Content-Type": "application/json; charset=utf-8",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
} as const;

export const json = (
  body: unknown,
  init: { status?: number; headers?: Record<string, string> } = {},
): Response =>
  new Response(JSON.stringify(body), {
    status: init.status ?? 200,
    headers: { ...HEADERS, ...init.headers },
  });

/** `{error: {code, message}}` with the refusal's status and, where trying again helps, `Retry-After` in seconds. */
export function errorAnswer({ code, message, status, details }: Refused): Response {
  const { retryAfterMs, headers = {} } = details;
  const retry =
    retryAfterMs === undefined ? {} : { "Retry-After": String(Math.ceil(retryAfterMs / MS_PER_SECOND)) };
  return json({ error: { code, message } }, { status, headers: { ...headers, ...retry } });
}
