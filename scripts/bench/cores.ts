/** Server and load generator must not share a core: the server gets the first, the load generator the last. */
import { availableParallelism } from "node:os";

export const core = { server: 0, load: availableParallelism() - 1 } as const;

/** The command bound to its core. On a machine without `taskset` (not Linux) the bench has no meaning. */
export const pinned = (
  role: keyof typeof core,
  command: readonly [string, ...string[]],
): [string, ...string[]] => ["taskset", "-c", String(core[role]), ...command];
