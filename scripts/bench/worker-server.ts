/**
 * A Worker alone in a workerd: `node scripts/bench/worker-server.ts <module> <folder> <ours|plain> [settings]` prints its port and
 * the runtime's process as one line of JSON, and ends with its stdin. A process of its own, so that it can be bound to
 * one core together with the runtime that it starts.
 */
import { readdirSync, readFileSync } from "node:fs";
import { Log, LogLevel, Miniflare, type MiniflareOptions } from "miniflare";
import { BINDINGS, type ChatConfig } from "../../worker/bindings.ts";

type Worker = MiniflareOptions["workers"][number];
type Config = Worker["config"];

const COMPATIBILITY_DATE = "2026-08-01";
const NAME = "bench";
/** Connections that one address may open in a minute: the limit is the platform's, not what is measured. */
const CONNECTIONS_PER_MINUTE = 10_000_000;

const object = (exportName: string) => ({ type: "durable-object" as const, workerName: NAME, exportName });
const text = (value: string) => ({ type: "text" as const, value });
const sqlite = { type: "durable-object", storage: "sqlite" } as const;

function ours(chat: ChatConfig): Pick<Config, "env" | "exports"> {
  return {
    env: {
      CHAT_ROOM: object(BINDINGS.CHAT_ROOM.className),
      ROOM_HUB: object(BINDINGS.ROOM_HUB.className),
      DIRECTORY: { type: "kv", id: "directory" },
      ANALYTICS: { type: "analytics-engine-dataset", name: "edge_chat" },
      CONNECT_LIMIT: {
        type: "rate-limit",
        namespace: "1001",
        simple: { limit: CONNECTIONS_PER_MINUTE, period: 60 },
      },
      // JSON in and out: the binding wants a type with an index signature.
      CHAT: { type: "json", value: JSON.parse(JSON.stringify(chat)) },
      VERSION: text("bench"),
      SESSION_KEY: text("bench-session-key-0123456789-0123456789"),
    },
    exports: { [BINDINGS.CHAT_ROOM.className]: sqlite, [BINDINGS.ROOM_HUB.className]: sqlite },
  };
}

const plain = (): Pick<Config, "env" | "exports"> => ({
  env: { ROOM: object("Room") },
  exports: { Room: sqlite },
});

/** Processes of workerd that this one started. */
function runtimes(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
        return parent === process.pid && stat.includes("(workerd)");
      } catch {
        return false;
      }
    })
    .map(Number);
}

const [module = "", folder = "", settings] = process.argv.slice(2);
const miniflare = new Miniflare({
  host: "127.0.0.1",
  port: 0,
  cf: {},
  telemetry: { enabled: false },
  log: new Log(LogLevel.NONE),
  handleStructuredLogs: () => undefined,
  resourcePersistencePath: folder,
  ...(process.env.BENCH_INSPECTOR === undefined
    ? {}
    : { inspectorPort: Number(process.env.BENCH_INSPECTOR) }),
  workers: [
    {
      config: {
        type: "worker",
        name: NAME,
        compatibilityDate: COMPATIBILITY_DATE,
        manifest: {
          mainModule: "index.mjs",
          modulesRoot: "/",
          modules: { "index.mjs": { type: "esm", contents: readFileSync(module, "utf8") } },
        },
        // The settings are ours and were made by the bench: a `ChatConfig`.
        ...(settings === undefined ? plain() : ours(JSON.parse(settings))),
      },
      dev: { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] },
    },
  ],
});
await miniflare.ready;
const address = await miniflare.unsafeGetDirectURL(NAME);
console.log(JSON.stringify({ port: Number(address.port), pids: runtimes() }));
process.stdin.on("end", () => void miniflare.dispose().then(() => process.exit(0))).resume();
