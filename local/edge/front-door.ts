/** The one HTTP server in front of all Workers. Resolves, places the visitor, hands on; sockets are piped unread. */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { AFFINITY_HEADER, OVERRIDE_HEADER, type VersionWish, versionWish } from "../runtime/traffic-split.ts";
import { COLOS } from "./colos.ts";
import { makeForwarder } from "./forward.ts";
import type { Arrival } from "./forwarded-headers.ts";
import { type PreviewedVersion, type Routing, resolve } from "./resolve.ts";
import { tunnel } from "./tunnel.ts";
import { COLO_HEADER, placeVisitor } from "./visitor.ts";

export interface FrontDoor {
  readonly server: Server;
  /** Ends the sockets that were upgraded: `server.close` waits for them for ever. */
  readonly destroyUpgraded: () => void;
}

export interface FrontDoorTargets {
  readonly routing: () => Routing;
  /** Where the version of a script listens that the request shall reach; waits while the runtime changes. */
  readonly address: (script: string, wish: VersionWish) => Promise<URL>;
  /** Where one version listens that is asked for by its own host name. */
  readonly previewAddress: (preview: PreviewedVersion) => Promise<URL>;
  /** What to type when nothing answers. */
  readonly hint: string;
}

/** What became of a request: somewhere to go, or an answer of the edge itself. */
type Destination =
  | { readonly arrival: Arrival; readonly address: () => Promise<URL> }
  | { readonly status: number; readonly text: string };

export function createFrontDoor(targets: FrontDoorTargets): FrontDoor {
  const forwarder = makeForwarder();
  const upgraded = new Set<Duplex>();
  const server = createServer((incoming, outgoing) => {
    const destination = find(targets, incoming, false);
    if ("status" in destination) refuse(outgoing, destination.status, destination.text);
    else forwarder.forward(incoming, outgoing, destination.arrival, destination.address);
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const destination = find(targets, incoming, true);
    if ("status" in destination) {
      socket.end(plainResponse(destination.status, destination.text));
      return;
    }
    upgraded.add(socket);
    socket.on("close", () => upgraded.delete(socket));
    tunnel(incoming, socket, head, destination.arrival, destination.address);
  });
  // A chat's sockets live for hours and a page may stay open: no limit on the whole request.
  server.requestTimeout = 0;
  server.on("close", () => forwarder.close());
  return {
    server,
    destroyUpgraded: () => {
      for (const socket of upgraded) socket.destroy();
    },
  };
}

function find(targets: FrontDoorTargets, incoming: IncomingMessage, upgrade: boolean): Destination {
  const placed = placeVisitor(incoming.headers.host ?? "", headerOf(incoming, COLO_HEADER));
  if ("unknownColo" in placed)
    return {
      status: 400,
      text: `There is no colo '${placed.unknownColo}' on this machine. Known: ${Object.keys(COLOS).join(", ")}\n`,
    };
  const path = (incoming.url ?? "/").split("?")[0] ?? "/";
  const resolution = resolve(targets.routing(), placed.host, path);
  if ("nothing" in resolution)
    return { status: 404, text: `Nothing to see here: ${resolution.nothing}.\n${targets.hint}\n` };
  const arrival: Arrival = {
    colo: placed.colo,
    clientAddress: (incoming.socket.remoteAddress ?? "127.0.0.1").replace(/^::ffff:/, ""),
    httpVersion: incoming.httpVersion,
    rayId: randomBytes(8).toString("hex"),
    upgrade,
  };
  const wish = versionWish(headerOf(incoming, OVERRIDE_HEADER), headerOf(incoming, AFFINITY_HEADER));
  const { script, versionId } = resolution;
  return {
    arrival,
    address: () =>
      versionId === undefined ? targets.address(script, wish) : targets.previewAddress({ script, versionId }),
  };
}

function headerOf(incoming: IncomingMessage, name: string): string | undefined {
  const given = incoming.headers[name];
  return Array.isArray(given) ? given[0] : given;
}

function refuse(outgoing: ServerResponse, status: number, text: string): void {
  outgoing.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
}

const plainResponse = (status: number, text: string): string =>
  `HTTP/1.1 ${status} Refused\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
