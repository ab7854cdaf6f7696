/** The same Worker as wrangler would deploy it: its bundle, and a configuration with the same bindings. */
import { BINDINGS } from "../../worker/bindings.ts";
import { chatSettings } from "./contenders.ts";

const COMPATIBILITY_DATE = "2026-08-01";
const MESSAGES_PER_MINUTE = 10;

/** Files by name. */
export function wranglerProject(bundle: string, visibleMessages: number): Readonly<Record<string, string>> {
  const { limits, ...chat } = chatSettings(MESSAGES_PER_MINUTE);
  const classes = [BINDINGS.CHAT_ROOM.className, BINDINGS.ROOM_HUB.className];
  const config = {
    name: "deployed-by-wrangler",
    main: "worker.mjs",
    no_bundle: true,
    compatibility_date: COMPATIBILITY_DATE,
    workers_dev: true,
    durable_objects: {
      bindings: [
        { name: "CHAT_ROOM", class_name: classes[0] },
        { name: "ROOM_HUB", class_name: classes[1] },
      ],
    },
    migrations: [{ tag: "v1", new_sqlite_classes: classes }],
    kv_namespaces: [],
    analytics_engine_datasets: [{ binding: "ANALYTICS", dataset: "edge_chat" }],
    ratelimits: [{ name: "CONNECT_LIMIT", namespace_id: "1001", simple: { limit: 100, period: 60 } }],
    vars: {
      CHAT: { ...chat, limits: { ...limits, visibleMessages } },
      VERSION: "bench",
      SESSION_KEY: "bench-session-key-0123456789-0123456789",
    },
  };
  return { "worker.mjs": bundle, "wrangler.json": JSON.stringify(config, null, 2) };
}
