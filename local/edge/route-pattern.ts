/**
 * Cloudflare's route patterns: `host/path`, where the host may begin with `*` and the path may end with `*`, and
 * nothing else is a wildcard. Pure.
 * Source: developers.cloudflare.com/workers/configuration/routing/routes (matching behaviour).
 */
export interface RoutePattern {
  /** Without scheme, port and leading wildcard; lower case. */
  readonly host: string;
  /** `*example.com`: the host itself and everything that ends with it. `*.example.com`: subdomains only. */
  readonly anyPrefix: "any" | "subdomain" | undefined;
  /** Begins with a slash; without the trailing wildcard. */
  readonly path: string;
  readonly anyPath: boolean;
  readonly scheme: "http" | "https" | undefined;
}

export type ParsedPattern = RoutePattern | { readonly problem: string };

const SHAPE = /^(?:(https?):\/\/)?([^/]*)(\/.*)?$/;

export function parsePattern(pattern: string): ParsedPattern {
  const match = SHAPE.exec(pattern);
  const authority = match?.[2]?.toLowerCase();
  if (match === null || authority === undefined || authority === "") return { problem: "it has no host" };
  if (pattern.includes("?")) return { problem: "query strings are not matched: leave them out" };
  const anyPrefix = authority.startsWith("*.") ? "subdomain" : authority.startsWith("*") ? "any" : undefined;
  const host = authority.replace(/^\*\.?/, "").replace(/:\d+$/, "");
  if (host.includes("*")) return { problem: "a wildcard is allowed at the beginning of the host only" };
  const rest = match[3] ?? "/";
  const anyPath = rest.endsWith("*");
  const path = anyPath ? rest.slice(0, -1) : rest;
  if (path.includes("*")) return { problem: "a wildcard is allowed at the end of the path only" };
  const scheme = match[1] === "http" || match[1] === "https" ? match[1] : undefined;
  return { host, anyPrefix, path, anyPath, scheme };
}

export function matches(pattern: RoutePattern, host: string, path: string): boolean {
  return (
    matchesHost(pattern, host) && (pattern.anyPath ? path.startsWith(pattern.path) : path === pattern.path)
  );
}

function matchesHost(pattern: RoutePattern, host: string): boolean {
  if (pattern.anyPrefix === undefined) return host === pattern.host;
  if (pattern.anyPrefix === "subdomain") return host.endsWith(`.${pattern.host}`);
  return host.endsWith(pattern.host);
}

/** Negative when `left` is more specific: the exact host first, then the longer host, then the longer path. */
export function bySpecificity(left: RoutePattern, right: RoutePattern): number {
  return (
    Number(left.anyPrefix !== undefined) - Number(right.anyPrefix !== undefined) ||
    right.host.length - left.host.length ||
    Number(left.anyPrefix === "any") - Number(right.anyPrefix === "any") ||
    right.path.length - left.path.length ||
    Number(left.anyPath) - Number(right.anyPath)
  );
}
