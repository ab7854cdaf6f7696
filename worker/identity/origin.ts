/** Which web pages may talk to the chat (docs/protocol.md, "Origin"). */

export interface OriginRule {
  /** `host[:port]` of the request itself: the chat's own page. */
  readonly host: string;
  /** Exact origins, or `*` alone. */
  readonly allowed: readonly string[];
}

/**
 * No `Origin` is a program or a navigation and is allowed: no cookie or other ambient right exists that a page could
 * borrow. `null` (sandboxed frames, `file:`) is refused even under `*`, since it names nobody.
 */
export function isOriginAllowed(origin: string | null, { host, allowed }: OriginRule): boolean {
  if (origin === null) return true;
  if (origin === "null") return false;
  if (origin === `https://${host}` || origin === `http://${host}`) return true;
  return allowed.includes("*") || allowed.includes(origin);
}
