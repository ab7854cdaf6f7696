/** The real Worker in a process of its own, so that a test can kill it. `node chat-process.ts <port> <folder> <CHAT>` */
import { Miniflare } from "miniflare";
import { bundleWorker } from "../../infra/bundle.ts";
import { BINDINGS } from "../../worker/bindings.ts";

const [port = "0", folder = "", chat = "{}"] = process.argv.slice(2);
const { contents, sha256 } = await bundleWorker();
const text = (value: string) => ({ type: "text", value }) as const;
const classes = [BINDINGS.CHAT_ROOM.className, BINDINGS.ROOM_HUB.className];

const miniflare = new Miniflare({
  port: Number(port),
  resourcePersistencePath: folder,
  workers: [
    {
      config: {
        type: "worker",
        name: "chat",
        compatibilityDate: "2026-08-01",
        manifest: {
          mainModule: "worker.mjs",
          modulesRoot: "/",
          modules: { "worker.mjs": { type: "esm", contents } },
        },
        env: {
          CHAT_ROOM: { type: "durable-object", workerName: "chat", exportName: BINDINGS.CHAT_ROOM.className },
          ROOM_HUB: { type: "durable-object", workerName: "chat", exportName: BINDINGS.ROOM_HUB.className },
          DIRECTORY: { type: "kv", id: "directory" },
          ANALYTICS: { type: "analytics-engine-dataset", name: "edge_chat" },
          CONNECT_LIMIT: { type: "rate-limit", namespace: "1", simple: { limit: 100_000, period: 60 } },
          CHAT: { type: "json", value: JSON.parse(chat) },
          VERSION: text(sha256),
          SESSION_KEY: text("test-session-key-0123456789-0123456789"),
          TICKET_KEY: text("test-ticket-key-0123456789-0123456789"),
          ADMIN_TOKEN: text("test-admin-token-0123456789-0123456789"),
        },
        exports: Object.fromEntries(
          classes.map((name) => [name, { type: "durable-object", storage: "sqlite", unsafeUniqueKey: name }]),
        ),
      },
    },
  ],
});
console.log(String(await miniflare.ready));
process.once("SIGTERM", () => void miniflare.dispose());
