/** How much the load generator itself can take, from a server that only writes. */
import { type LoadResult, runLoad } from "./load-program.ts";
import { startProcess } from "./server-process.ts";

export interface Ceiling {
  /** Deliveries a second and a CPU second of the load generator. */
  readonly perSecond: number;
  readonly perLoadCpuSecond: number;
}

const CONNECTIONS = 100;
const RUN_MS = 2_000;

/** @param messages in each frame: 1 as plain servers send, or many as the room's ticks do */
export async function ceilingOf(program: string, messages: number): Promise<Ceiling> {
  const server = await startProcess([program, "perfect", String(messages)]);
  try {
    const { deliveries, seconds, loadCpuSeconds }: LoadResult = await runLoad(program, {
      address: server.address,
      path: `/?clients=${CONNECTIONS}`,
      dialect: "plain",
      connections: CONNECTIONS,
      mode: "listen",
      warmupMs: 500,
      runMs: RUN_MS,
      pids: [],
    });
    return { perSecond: deliveries / seconds, perLoadCpuSecond: deliveries / loadCpuSeconds };
  } finally {
    await server.stop();
  }
}
