/** The Worker's bindings for the tests inside workerd, from the one list in `worker/bindings`. */
import { BINDINGS, type ChatConfig } from "../../worker/bindings.ts";

export const TEST_CHAT = {
  regions: ["weur"],
  access: "open",
  allowedOrigins: ["https://app.example.com"],
  limits: {
    connectionsPerRoom: 1000,
    connectionsPerUser: 5,
    messagesPerMinute: 10,
    messageLength: 500,
    visibleMessages: 100,
    recentMessages: 10,
    retentionMs: 600_000,
  },
} satisfies ChatConfig;

export const testRuntime = {
  main: "./worker/index.ts",
  miniflare: {
    compatibilityDate: "2026-08-01",
    bindings: {
      CHAT: TEST_CHAT,
      VERSION: "test-version",
      SESSION_KEY: "test-session-key-0123456789-0123456789",
      SESSION_KEY_PREVIOUS: "test-session-key-before-0123456789-01",
      TICKET_KEY: "test-ticket-key-0123456789-0123456789",
      ADMIN_TOKEN: "test-admin-token-0123456789",
    },
    durableObjects: {
      CHAT_ROOM: { className: BINDINGS.CHAT_ROOM.className, useSQLite: true },
      ROOM_HUB: { className: BINDINGS.ROOM_HUB.className, useSQLite: true },
    },
    kvNamespaces: ["DIRECTORY"],
    analyticsEngineDatasets: { ANALYTICS: { dataset: "edge_chat" } },
    ratelimits: { CONNECT_LIMIT: { namespace_id: "1001", simple: { limit: 100_000, period: 60 as const } } },
  },
};
