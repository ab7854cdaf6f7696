/** A WebSocket client for the tests: collects frames, waits for one with a bound, remembers how it was closed. */
import { expect } from "vitest";
import type { Welcome } from "../../../worker/room/protocol.ts";

/** How long a frame or a close may take, ms. */
const PATIENCE = { timeout: 5_000, interval: 10 } as const;

export interface Frame {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface TestSocket {
  readonly response: Response;
  readonly frames: readonly Frame[];
  readonly send: (frame: unknown) => void;
  readonly next: (type: string) => Promise<Frame>;
  readonly closed: () => Promise<{ readonly code: number; readonly reason: string }>;
  readonly close: () => void;
}

export const upgrade = (
  protocols: readonly string[] = [],
  headers: Record<string, string> = {},
): RequestInit => ({
  headers: {
    Upgrade: "websocket",
    ...(protocols.length > 0 && { "Sec-WebSocket-Protocol": protocols.join(", ") }),
    ...headers,
  },
});

/** Takes over the socket of a 101 answer. */
export function accept(response: Response): TestSocket {
  const socket = response.webSocket;
  if (socket === null) throw new Error(`no socket came with status ${response.status}`);
  const frames: Frame[] = [];
  let end: { code: number; reason: string } | undefined;
  socket.addEventListener("message", ({ data }) => {
    const parsed: Frame | Frame[] = JSON.parse(String(data));
    frames.push(...[parsed].flat());
  });
  socket.addEventListener("close", ({ code, reason }) => {
    end = { code, reason };
  });
  socket.accept();
  return {
    response,
    frames,
    send: (frame) => socket.send(JSON.stringify(frame)),
    next: (type) =>
      expect
        .poll(() => frames.find((frame) => frame.type === type), PATIENCE)
        .toBeDefined()
        .then(() => frames.find((frame) => frame.type === type) as Frame),
    closed: () =>
      expect
        .poll(() => end, PATIENCE)
        .toBeDefined()
        .then(() => end as { code: number; reason: string }),
    close: () => socket.close(1000),
  };
}

/** The `welcome` of a socket. Its fields are the object's word: the tests compare those that matter to them. */
export const welcomeOf = async (socket: TestSocket): Promise<Welcome> =>
  (await socket.next("welcome")) as unknown as Welcome;
