/** Who runs in the bench. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type BuildOptions, build } from "esbuild";
import type { ChatConfig } from "../../worker/bindings.ts";
import { projectFolder } from "../toolchain/places.ts";
import type { LoadSpec } from "./load-program.ts";

export type ServerName =
  | "ours"
  | "before"
  | "ours-unlimited"
  | "floor"
  | "durable-floor"
  | "bare-tick"
  | "naive"
  | "partyserver"
  | "ws"
  | "socket.io";

export interface Contender {
  readonly name: string;
  /** One line: what it is. */
  readonly about: string;
  readonly dialect: LoadSpec["dialect"];
  /** Contenders of one server share its process: it is measured with one kind of client at a time. */
  readonly server: ServerName;
  /** Tells many messages in one frame: as many as are under way. */
  readonly batches?: true;
  /** The address of a room, under the server's own. */
  readonly room: (room: string) => string;
}

const chatPath = (room: string): string => `/chat/${room}?username=bench`;

/** Another checkout of this project, beside which this one is measured. */
export const BEFORE: readonly Contender[] = [
  {
    name: "before, v1",
    about: "the other checkout",
    dialect: "v1",
    server: "before",
    batches: true,
    room: chatPath,
  },
  {
    name: "before, plain",
    about: "the other checkout, clients of the article",
    dialect: "plain",
    server: "before",
    room: chatPath,
  },
];

export const CONTENDERS: readonly Contender[] = [
  {
    name: "ours, v1",
    about: "this project, its own clients",
    dialect: "v1",
    server: "ours",
    batches: true,
    room: chatPath,
  },
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
    name: "durable floor",
    about: "the floor, with a row for each message before it is told",
    dialect: "plain",
    server: "durable-floor",
    room: chatPath,
  },
  {
    name: "bare tick",
    about: "a row a message, one frame a tick, the protocol's bytes and nothing of its work",
    dialect: "plain",
    server: "bare-tick",
    batches: true,
    room: chatPath,
  },
  {
    name: "ours, unlimited",
    about: "without the local runtime's stand-in for the platform's rate limiter",
    dialect: "v1",
    server: "ours-unlimited",
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

/** The project's Worker, with the limiter of new connections answered on the spot. */
const UNLIMITED = `
import worker from "./worker.mjs";
export { ChatRoom, RoomHub } from "./worker.mjs";
const CONNECT_LIMIT = { limit: async () => ({ success: true }) };
let known;
export default { fetch: (request, env) => worker.fetch(request, (known ??= { ...env, CONNECT_LIMIT })) };
`;

/** Of a checkout: its own bundler makes it. */
async function workerOf(checkout: string): Promise<string> {
  const file = pathToFileURL(path.join(checkout, "infra/bundle.ts")).href;
  const { bundleWorker }: typeof import("../../infra/bundle.ts") = await import(file);
  return (await bundleWorker()).contents;
}

const WORKERD = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2024",
  conditions: ["workerd", "worker", "browser"],
  external: ["cloudflare:*", "node:*"],
  logLevel: "silent",
} as const satisfies BuildOptions;

/**
 * The module of a contender that runs in workerd, as one file in the folder.
 * @param before the other checkout, where one is measured
 */
export async function moduleOf(server: ServerName, folder: string, before?: string): Promise<string> {
  if (server === "floor" || server === "durable-floor" || server === "bare-tick" || server === "naive")
    return path.join(BENCH, "contenders", `${server}.mjs`);
  mkdirSync(folder, { recursive: true });
  const outfile = path.join(folder, `${server}.mjs`);
  if (isOurs(server)) {
    if (server === "before" && before === undefined)
      throw new Error("No other checkout was given: --against");
    const worker = await workerOf(server === "before" && before !== undefined ? before : projectFolder);
    if (server !== "ours-unlimited") {
      writeFileSync(outfile, worker);
      return outfile;
    }
    writeFileSync(path.join(folder, "worker.mjs"), worker);
    await build({ ...WORKERD, stdin: { contents: UNLIMITED, resolveDir: folder }, outfile });
    return outfile;
  }
  await build({ ...WORKERD, entryPoints: [path.join(BENCH, "peers", `${server}.mjs`)], outfile });
  return outfile;
}

/** Runs the project's Worker, which wants its settings. */
export const isOurs = (server: ServerName): boolean =>
  server === "ours" || server === "before" || server === "ours-unlimited";

/** The program of a contender that is a Node server; undefined: it runs in workerd. */
export const nodeProgramOf = (server: ServerName): string | undefined =>
  server === "ws" || server === "socket.io"
    ? path.join(BENCH, "peers", `${server.replace(".", "-")}.mjs`)
    : undefined;
