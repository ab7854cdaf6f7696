import type { Env } from "../env.ts";

/** What a route works on. */
export interface Call {
  readonly request: Request;
  readonly env: Env;
  /** The named parts of the path, decoded. */
  readonly parameters: Readonly<Record<string, string | undefined>>;
}

/** One path and method. @throws {Refused} for everything that is the client's to know. */
export type Route = (call: Call) => Response | Promise<Response>;
