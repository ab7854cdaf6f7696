import { setTimeout as pause } from "node:timers/promises";
import * as z from "zod";
import { describeTailEvent } from "./tail-lines.ts";

const RECONNECT_MS = 1_000;
const SUBPROTOCOL = "trace-v1";

export type TailTarget = { apiUrl: string; apiToken: string; accountId: string; scriptName: string };

const Tail = z.object({ result: z.object({ id: z.string(), url: z.string() }) });

/**
 * Streams a script's log as lines, over the tail that `wrangler tail` uses. A tail that ends (a deploy ends it) is
 * opened again until `signal` aborts. With `room`, only what concerns that room.
 */
export async function streamLogs(
  target: TailTarget,
  print: (line: string) => void,
  signal: AbortSignal,
  room?: string,
): Promise<void> {
  let told = "";
  while (!signal.aborted) {
    try {
      await oneTail(target, (text) => describeTailEvent(text, room).forEach(print), signal);
      told = "";
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (!signal.aborted && reason !== told) print(`no logs: ${reason}; trying again`);
      told = reason;
    }
    await pause(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function oneTail(
  target: TailTarget,
  show: (event: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const tails = `${target.apiUrl}/accounts/${target.accountId}/workers/scripts/${target.scriptName}/tails`;
  const headers = { authorization: `Bearer ${target.apiToken}`, "content-type": "application/json" };
  const answer = await fetch(tails, { method: "POST", headers, body: "{}", signal });
  if (!answer.ok) throw new Error(`POST ${tails} answered ${answer.status}`);
  const { id, url } = Tail.parse(await answer.json()).result;
  const socket = new WebSocket(url, SUBPROTOCOL);
  socket.binaryType = "arraybuffer";
  const close = () => socket.close();
  signal.addEventListener("abort", close);
  try {
    await new Promise<void>((resolve) => {
      socket.addEventListener("message", ({ data }) => {
        show(typeof data === "string" ? data : new TextDecoder().decode(data));
      });
      socket.addEventListener("close", () => resolve());
      socket.addEventListener("error", () => resolve());
    });
  } finally {
    signal.removeEventListener("abort", close);
    await fetch(`${tails}/${id}`, { method: "DELETE", headers }).catch(() => undefined);
  }
}
