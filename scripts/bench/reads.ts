/** History pages and resumes of a room that is full of messages. */
import { randomUUID } from "node:crypto";
import { chatSettings } from "./contenders.ts";
import { type LoadResult, runLoad } from "./load-program.ts";
import type { Outcome } from "./outcome.ts";
import { startServer } from "./server-process.ts";
import { sampleOf } from "./statistics.ts";

/** Reads under way at once (one user may have five connections), and how many in all. */
const PARALLEL = 4;
const READS = 400;
/** Messages that a resume brings. */
const MISSED = 50;
const OPEN_MS = 10_000;

const times = async (work: () => Promise<void>): Promise<{ perSecond: number; p50: number }> => {
  const took: number[] = [];
  const started = performance.now();
  await Promise.all(
    Array.from({ length: PARALLEL }, async () => {
      for (let n = 0; n < READS / PARALLEL; n++) {
        const from = performance.now();
        await work();
        took.push(performance.now() - from);
      }
    }),
  );
  return { perSecond: (READS * 1000) / (performance.now() - started), p50: sampleOf(took).median };
};

export async function measureReads(program: string): Promise<NonNullable<Outcome["reads"]>> {
  const server = await startServer("ours", chatSettings(12_000));
  try {
    const room = `reads-${randomUUID().slice(0, 8)}`;
    const filled: LoadResult = await runLoad(program, {
      address: server.address,
      path: `/chat/${room}?username=bench`,
      dialect: "v1",
      connections: 10,
      mode: "rate",
      rate: 200,
      warmupMs: 0,
      runMs: 1_000,
      pids: server.pids,
    });
    if (filled.messages < MISSED)
      throw new Error(`The room has ${filled.messages} messages, ${MISSED} are needed`);
    const history = await times(async () => {
      const response = await fetch(`http://${server.address}/chat/${room}/messages?limit=${MISSED}`);
      const { messages } = (await response.json()) as { messages: unknown[] };
      if (messages.length !== MISSED)
        throw new Error(`A page of ${messages.length}, ${MISSED} were asked for`);
    });
    const address = `ws://${server.address}/chat/${room}`;
    const { session, cursor } = await welcomeOf(`${address}?username=reader`, []);
    // A cursor as of MISSED messages ago: the last number of the only origin, less that many.
    const since = cursor.replace(/:(\d+)@/, (_, seq: string) => `:${Number(seq) - MISSED}@`);
    const resumes = await times(async () => {
      const { recovered, recentMessages } = await welcomeOf(`${address}?since=${encodeURIComponent(since)}`, [
        `session.${session}`,
      ]);
      if (!recovered || recentMessages.length !== MISSED)
        throw new Error(`A resume brought ${recentMessages.length} messages, ${MISSED} were missed`);
    });
    return {
      historyPerSecond: history.perSecond,
      historyP50: history.p50,
      resumesPerSecond: resumes.perSecond,
      resumeP50: resumes.p50,
    };
  } finally {
    await server.stop();
  }
}

interface Welcome {
  readonly session: string;
  readonly cursor: string;
  readonly recovered: boolean;
  readonly recentMessages: readonly unknown[];
}

function welcomeOf(address: string, tokens: readonly string[]): Promise<Welcome> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address, ["edge-chat.v1", ...tokens]);
    const timer = setTimeout(() => reject(new Error(`${address}: no welcome`)), OPEN_MS);
    socket.onerror = () => reject(new Error(`${address}: refused`));
    socket.onmessage = ({ data }) => {
      clearTimeout(timer);
      // The room's own first frame, as the protocol promises it.
      const parsed: Welcome | Welcome[] = JSON.parse(String(data));
      const welcome = Array.isArray(parsed) ? parsed[0] : parsed;
      socket.onclose = () => (welcome === undefined ? reject(new Error("no welcome")) : resolve(welcome));
      socket.close(1000);
    };
  });
}
