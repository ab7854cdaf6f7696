/** Who runs in the bench. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { bundleWorker } from "../../infra/bundle.ts";
import type { ChatConfig } from "../../worker/bindings.ts";
import { projectFolder } from "../toolchain/places.ts";
import type { LoadSpec } from "./load-program.ts";

export interface Contender {
  readonly name: string;
  /** One line: what it is. */
  readonly about: string;
  readonly dialect: LoadSpec["dialect"];
  /** Contenders of one server share its process: it is measured with one kind of client at a time. */
  readonly server: "ours" | "floor" | "naive" | "partyserver" | "ws" | "socket.io";
  /** The address of a room, under the server's own. */
  readonly room: (room: string) => string;
}

const chatPath = (room: string): string => `/chat/${room}?username=bench`;

export const CONTENDERS: readonly Contender[] = [
  { name: "ours, v1", about: "this project, its own clients", dialect: "v1", server: "ours", room: chatPath },
  {
    name: "ours, plain",
    about: "this project, clients of the article",
    dialect: "plain",
    server: "ours",
    room: chatPath,
  },
  {
    name: "floor",
    about: "parse, stringify once, send to each",
    dialect: "plain",
    server: "floor",
    room: chatPath,
  },
  {
    name: "naive object",
    about: "the article's protocol, in memory",
    dialect: "plain",
    server: "naive",
    room: chatPath,
  },
  {
    name: "partyserver",
    about: "hibernating, `broadcast`",
    dialect: "plain",
    server: "partyserver",
    room: chatPath,
  },
  {
    name: "socket.io",
    about: "Node, outside workerd",
    dialect: "socket.io",
    server: "socket.io",
    room: (room) => `/socket.io/?EIO=4&transport=websocket&room=${room}`,
  },
  { name: "ws", about: "Node, outside workerd", dialect: "plain", server: "ws", room: chatPath },
];

const BENCH = path.join(projectFolder, "scripts/bench");

/**
 * The limits that would end a measurement are out of the way, everything else is as it is deployed. A user's allowance
 * stays small enough that what is kept of it (the times of a minute) is what a real room keeps.
 */
export const chatSettings = (messagesPerMinute: number): ChatConfig => ({
  regions: ["weur"],
  access: "open",
  allowedOrigins: [],
  limits: {
    connectionsPerRoom: 5000,
    connectionsPerUser: 5,
    messagesPerMinute,
    messageLength: 500,
    visibleMessages: 100,
    recentMessages: 10,
    retentionMs: 600_000,
  },
});

/** The module of a contender that runs in workerd, as one file in the folder. */
export async function moduleOf(server: Contender["server"], folder: string): Promise<string> {
  if (server === "ours") {
    const file = path.join(folder, "ours.mjs");
    mkdirSync(folder, { recursive: true });
    writeFileSync(file, (await bundleWorker()).contents);
    return file;
  }
  if (server === "floor" || server === "naive") return path.join(BENCH, "contenders", `${server}.mjs`);
  const outfile = path.join(folder, `${server}.mjs`);
  await build({
    entryPoints: [path.join(BENCH, "peers", `${server}.mjs`)],
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    logLevel: "silent",
  });
  return outfile;
}

/** The program of a contender that is a Node server; undefined: it runs in workerd. */
export const nodeProgramOf = (server: Contender["server"]): string | undefined =>
  server === "ws" || server === "socket.io"
    ? path.join(BENCH, "peers", `${server.replace(".", "-")}.mjs`)
    : undefined;
