import { parseArgs } from "node:util";
import { unknownFlags } from "../toolchain/flags.ts";

/** What `npm run query` was asked for. */
export type QueryOptions = {
  stack: string;
  room: string;
  /** Undefined: an overview of the storage. */
  sql: string | undefined;
  /** Undefined: each of the stack's. */
  region: string | undefined;
  hub: boolean;
  json: boolean;
};

export const QUERY_USAGE =
  'npm run query -- <stack> <room> ["SELECT …"] [--region <region> | --hub] [--json]';

/** Source: docs/protocol.md. */
const ROOM = /^[A-Za-z0-9_-]{1,64}$/;
/**
 * One statement that can only read. Locally the storage is opened to be read; Cloudflare runs what it is given, and what
 * begins with WITH may delete.
 */
const READS = /^\s*(SELECT|EXPLAIN)\b[^;]*;?\s*$/i;

const OPTIONS = { region: { type: "string" }, hub: { type: "boolean" }, json: { type: "boolean" } } as const;

/** @throws naming everything that is not understood. */
export function readQueryOptions(args: readonly string[]): QueryOptions {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: OPTIONS,
  });
  const problems = unknownFlags(tokens, OPTIONS);
  const [stack = "", room = "", sql, ...more] = positionals;
  problems.push(...more.map((word) => `"${word}" is not understood: put the query in quotes`));
  if (stack === "") problems.push("Which stack?");
  if (!ROOM.test(room)) problems.push(`"${room}" is no room: 1 to 64 of A-Z, a-z, 0-9, _ and -`);
  if (sql !== undefined && !READS.test(sql))
    problems.push(`"${sql}" does not only read: one SELECT, without a semicolon in it`);
  if (values.region === true || values.region === "") problems.push("--region names no region");
  if (values.hub && values.region !== undefined) problems.push("the hub is of no region: --region or --hub");
  if (problems.length > 0) throw new Error([...problems, QUERY_USAGE].join("\n"));
  return {
    stack,
    room,
    sql,
    region: typeof values.region === "string" ? values.region : undefined,
    hub: values.hub === true,
    json: values.json === true,
  };
}
