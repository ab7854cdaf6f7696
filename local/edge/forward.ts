import { Agent, type ClientRequest, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type Arrival, forwardedHeaders } from "./forwarded-headers.ts";
import { DOWN_STATUS, downText, worthAnotherTry } from "./runtime-gap.ts";

export interface Forwarder {
  readonly forward: (
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    arrival: Arrival,
    address: () => Promise<URL>,
  ) => void;
  readonly close: () => void;
}

/** Hands plain requests on to the runtime, and its answers back. */
export function makeForwarder(): Forwarder {
  const agent = new Agent({ keepAlive: true });
  return {
    close: () => agent.destroy(),
    forward: (incoming, outgoing, arrival, address) => {
      const hasBody =
        incoming.headers["content-length"] !== undefined ||
        incoming.headers["transfer-encoding"] !== undefined;
      const attempt = async (count: number): Promise<void> => {
        const url = await address();
        const upstream = request({
          // A body can be sent once only: it does not go over a connection that may have died meanwhile.
          agent: hasBody ? false : agent,
          host: url.hostname,
          port: url.port,
          method: incoming.method ?? "GET",
          path: incoming.url ?? "/",
          headers: withHost(forwardedHeaders(incoming.rawHeaders, arrival)),
          setHost: false,
        });
        relay(upstream, outgoing, arrival);
        upstream.on("error", (error: NodeJS.ErrnoException) => {
          if (outgoing.headersSent) {
            outgoing.destroy();
            return;
          }
          const repeatable = upstream.reusedSocket || incoming.method === "GET" || incoming.method === "HEAD";
          void worthAnotherTry(count, error, repeatable).then((again) => {
            if (again && !hasBody) attempt(count + 1).catch((failure) => giveUp(outgoing, failure));
            else giveUp(outgoing, error);
          });
        });
        incoming.pipe(upstream);
      };
      attempt(1).catch((error) => giveUp(outgoing, error));
    },
  };
}

function relay(upstream: ClientRequest, outgoing: ServerResponse, arrival: Arrival): void {
  upstream.on("response", (answer) => {
    outgoing.writeHead(
      answer.statusCode ?? DOWN_STATUS,
      answer.statusMessage,
      answerHeaders(answer.rawHeaders, arrival),
    );
    answer.pipe(outgoing);
    answer.on("error", () => outgoing.destroy());
  });
  outgoing.on("close", () => upstream.destroy());
}

function giveUp(outgoing: ServerResponse, error: unknown): void {
  if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy();
  else outgoing.writeHead(DOWN_STATUS, { "content-type": "text/plain; charset=utf-8" }).end(downText(error));
}

/** A flat list without Host is refused by workerd. */
function withHost(headers: string[]): string[] {
  const named = headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  return named ? headers : ["Host", "localhost", ...headers];
}

function answerHeaders(rawHeaders: readonly string[], arrival: Arrival): string[] {
  const headers: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (/^(connection|keep-alive|transfer-encoding)$/i.test(name)) continue;
    headers.push(name, rawHeaders[index + 1] ?? "");
  }
  headers.push("CF-Ray", `${arrival.rayId}-${arrival.colo}`);
  return headers;
}
