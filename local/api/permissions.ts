/**
 * What a token may do: Cloudflare's permission groups, and which of them a call needs. Pure.
 * Names: developers.cloudflare.com/fundamentals/api/reference/permissions (in the dashboard "Edit" is "Write").
 */
export const PERMISSION_GROUPS = [
  "Workers Scripts Read",
  "Workers Scripts Write",
  "Workers KV Storage Read",
  "Workers KV Storage Write",
  "Workers Routes Read",
  "Workers Routes Write",
  "Workers Tail Read",
  "Account Analytics Read",
  "Account Settings Read",
  "Zone Read",
  "API Tokens Write",
] as const;
export type PermissionGroup = (typeof PERMISSION_GROUPS)[number];

/** A group's id: 32 hex digits, the same everywhere. */
export const groupId = (group: PermissionGroup): string =>
  (PERMISSION_GROUPS.indexOf(group) + 1).toString(16).padStart(32, "0");

interface Rule {
  readonly path: RegExp;
  /** One of these is enough. */
  readonly read: readonly PermissionGroup[];
  readonly write: readonly PermissionGroup[];
}

const both = (name: string, path: RegExp): Rule => {
  const [read, write] = [`${name} Read`, `${name} Write`] as [PermissionGroup, PermissionGroup]; // groups come in pairs
  return { path, read: [read, write], write: [write] };
};

/** The first row that fits counts. A path without a row needs nothing but a token. */
const RULES: readonly Rule[] = [
  {
    path: /^\/accounts\/[^/]+\/workers\/scripts\/[^/]+\/tails/,
    read: ["Workers Tail Read"],
    write: ["Workers Tail Read"],
  },
  both("Workers Scripts", /^\/accounts\/[^/]+\/workers(\/|$)/),
  both("Workers KV Storage", /^\/accounts\/[^/]+\/storage\/kv(\/|$)/),
  {
    path: /^\/accounts\/[^/]+\/analytics_engine\//,
    read: ["Account Analytics Read"],
    write: ["Account Analytics Read"],
  },
  both("Workers Routes", /^\/zones\/[^/]+\/workers\/routes/),
  { path: /^\/zones\/[^/]+$/, read: ["Zone Read"], write: [] },
  { path: /^\/zones$/, read: ["Zone Read"], write: [] },
  { path: /^\/accounts\/[^/]+$/, read: ["Account Settings Read"], write: [] },
  { path: /^\/user\/tokens(\/permission_groups)?$/, read: ["API Tokens Write"], write: ["API Tokens Write"] },
];

/** Whether a token with these groups may make the call. */
export function mayCall(granted: ReadonlySet<string>, method: string, path: string): boolean {
  const rule = RULES.find((candidate) => candidate.path.test(path));
  if (rule === undefined) return true;
  const needed = method === "GET" || method === "HEAD" ? rule.read : rule.write;
  return needed.some((group) => granted.has(group));
}
