/** The one HTTP server in front of all Workers. Resolves, places the visitor, hands on; sockets are piped unread. */
import { randomBytes } from "node:crypto";
import {
  Agent,
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { COLOS } from "./colos.ts";
import { type Arrival, forwardedHeaders } from "./forwarded-headers.ts";
import { type Routing, resolve } from "./resolve.ts";
import { COLO_HEADER, placeVisitor } from "./visitor.ts";

export interface FrontDoor {
  readonly server: Server;
  /** Ends the sockets that were upgraded: `server.close` waits for them for ever. */
  readonly destroyUpgraded: () => void;
}

export interface FrontDoorTargets {
  readonly routing: () => Routing;
  /** Where a script listens; waits while the runtime changes. */
  readonly address: (script: string) => Promise<URL>;
  /** What to type when nothing answers. */
  readonly hint: string;
}

type Destination =
  | { readonly arrival: Arrival; readonly url: URL }
  | { readonly status: number; readonly text: string };

export function createFrontDoor(targets: FrontDoorTargets): FrontDoor {
  const agent = new Agent({ keepAlive: true });
  const upgraded = new Set<Duplex>();
  const server = createServer((incoming, outgoing) => {
    void find(targets, incoming, false).then((destination) => {
      if ("status" in destination) return refuse(outgoing, destination.status, destination.text);
      return forward(incoming, outgoing, destination.arrival, destination.url, agent);
    });
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    void find(targets, incoming, true).then((destination) => {
      if ("status" in destination) return socket.end(plainResponse(destination.status, destination.text));
      return tunnel(incoming, socket, head, destination.arrival, destination.url, upgraded);
    });
  });
  // A chat's sockets live for hours and a page may stay open: no limit on the whole request.
  server.requestTimeout = 0;
  server.on("close", () => agent.destroy());
  return {
    server,
    destroyUpgraded: () => {
      for (const socket of upgraded) socket.destroy();
    },
  };
}

async function find(
  targets: FrontDoorTargets,
  incoming: IncomingMessage,
  upgrade: boolean,
): Promise<Destination> {
  const given = incoming.headers[COLO_HEADER];
  const placed = placeVisitor(incoming.headers.host ?? "", Array.isArray(given) ? given[0] : given);
  if ("unknownColo" in placed)
    return {
      status: 400,
      text: `There is no colo '${placed.unknownColo}' on this machine. Known: ${Object.keys(COLOS).join(", ")}\n`,
    };
  const path = (incoming.url ?? "/").split("?")[0] ?? "/";
  const resolution = resolve(targets.routing(), placed.host, path);
  if ("nothing" in resolution)
    return { status: 404, text: `Nothing to see here: ${resolution.nothing}.\n${targets.hint}\n` };
  try {
    const url = await targets.address(resolution.script);
    const arrival: Arrival = {
      colo: placed.colo,
      clientAddress: (incoming.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, ""),
      httpVersion: incoming.httpVersion,
      rayId: randomBytes(8).toString("hex"),
      upgrade,
    };
    return { arrival, url };
  } catch (error) {
    return {
      status: 522,
      text: `The Workers runtime is down: ${error instanceof Error ? error.message : error}\n`,
    };
  }
}

function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  arrival: Arrival,
  url: URL,
  agent: Agent,
): void {
  const upstream = request({
    agent,
    host: url.hostname,
    port: url.port,
    method: incoming.method ?? "GET",
    path: incoming.url ?? "/",
    headers: withHost(forwardedHeaders(incoming.rawHeaders, arrival)),
    setHost: false,
  });
  upstream.on("response", (answer) => {
    outgoing.writeHead(
      answer.statusCode ?? 502,
      answer.statusMessage,
      answerHeaders(answer.rawHeaders, arrival),
    );
    answer.pipe(outgoing);
    answer.on("error", () => outgoing.destroy());
  });
  upstream.on("error", (error) => {
    if (outgoing.headersSent) outgoing.destroy();
    else
      refuse(
        outgoing,
        522,
        `The Workers runtime does not answer: ${error.message}. It is being restarted.\n`,
      );
  });
  outgoing.on("close", () => upstream.destroy());
  incoming.pipe(upstream);
}

function tunnel(
  incoming: IncomingMessage,
  socket: Socket,
  head: Buffer,
  arrival: Arrival,
  url: URL,
  upgraded: Set<Duplex>,
): void {
  const upstream = connect({ host: url.hostname, port: Number(url.port) });
  socket.setNoDelay(true);
  upstream.setNoDelay(true);
  upgraded.add(socket);
  socket.on("close", () => {
    upgraded.delete(socket);
    upstream.destroy();
  });
  // What the Worker said last, a close frame, still has to go out.
  upstream.on("close", () => socket.destroySoon());
  upstream.on("error", () => socket.destroy());
  const headers = forwardedHeaders(incoming.rawHeaders, arrival);
  const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
  for (let index = 0; index + 1 < headers.length; index += 2)
    lines.push(`${headers[index]}: ${headers[index + 1]}`);
  upstream.write(`${lines.join("\r\n")}\r\n\r\n`);
  if (head.length > 0) upstream.write(head);
  socket.pipe(upstream);
  upstream.pipe(socket);
}

/** Node wants pairs as an object or a flat list; a flat list without Host is refused by workerd. */
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

function refuse(outgoing: ServerResponse, status: number, text: string): void {
  outgoing.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
}

const plainResponse = (status: number, text: string): string =>
  `HTTP/1.1 ${status} Refused\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
