import type { IncomingMessage } from "node:http";
import { connect, type Socket } from "node:net";
import { type Arrival, forwardedHeaders } from "./forwarded-headers.ts";
import { worthAnotherTry } from "./runtime-gap.ts";

/** Hands an upgrade on as it came, and then every byte in both directions, unread. */
export function tunnel(
  incoming: IncomingMessage,
  socket: Socket,
  head: Buffer,
  arrival: Arrival,
  address: () => Promise<URL>,
): void {
  socket.setNoDelay(true);
  const attempt = async (count: number): Promise<void> => {
    const url = await address();
    const upstream = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    const fail = (error: NodeJS.ErrnoException) => {
      void worthAnotherTry(count, error, false).then((again) => {
        if (again && !socket.destroyed) attempt(count + 1).catch(() => socket.destroy());
        else socket.destroy();
      });
    };
    upstream.on("error", fail);
    upstream.on("connect", () => {
      upstream.off("error", fail);
      upstream.on("error", () => socket.destroy());
      // What the Worker said last, a close frame, still has to go out.
      upstream.on("close", () => socket.destroySoon());
      socket.on("close", () => upstream.destroy());
      if (socket.destroyed) {
        upstream.destroy();
        return;
      }
      upstream.write(requestHead(incoming, arrival));
      if (head.length > 0) upstream.write(head);
      socket.pipe(upstream);
      upstream.pipe(socket);
    });
  };
  attempt(1).catch(() => socket.destroy());
}

function requestHead(incoming: IncomingMessage, arrival: Arrival): string {
  const headers = forwardedHeaders(incoming.rawHeaders, arrival);
  const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
  for (let index = 0; index + 1 < headers.length; index += 2)
    lines.push(`${headers[index]}: ${headers[index + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}
