// The chat's own component with arguments that keep every rule of the policy pack, or break each of them. Only planned.
import { Provider } from "@pulumi/cloudflare/provider.js";
import { EdgeChat, type EdgeChatArgs } from "../../../infra/components/edge-chat.ts";
import { planBindings } from "../../../infra/plan/bindings.ts";
import { COMPATIBILITY_DATE } from "../../../infra/script-inputs.ts";

const SESSION_KEY = "a-session-key-of-at-least-32-characters";
const observability = (enabled: boolean) => ({
  enabled,
  headSamplingRate: 1,
  logs: { enabled, headSamplingRate: 1, invocationLogs: true, persist: true },
});

const right: EdgeChatArgs = {
  accountId: "0123456789abcdef0123456789abcdef",
  kvTitle: "directory",
  script: {
    scriptName: "edge-chat",
    mainModule: "worker.mjs",
    contentFile: process.env.POLICY_BUNDLE ?? "",
    contentSha256: process.env.POLICY_BUNDLE_SHA256 ?? "",
    compatibilityDate: COMPATIBILITY_DATE,
    compatibilityFlags: [],
    observability: observability(true),
  },
  bindings: (kvNamespaceId) =>
    planBindings({
      kvNamespaceId,
      dataset: "edge_chat",
      rateLimitNamespace: "17",
      connectsPerMinute: 60,
      chat: {
        regions: ["weur"],
        access: "ticket",
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
      },
      version: "abc",
      secrets: {
        SESSION_KEY,
        SESSION_KEY_PREVIOUS: undefined,
        TICKET_KEY: "a-ticket-key-of-at-least-32-characters",
        ADMIN_TOKEN: undefined,
      },
    }),
  migrations: { oldTag: "v1", newTag: "v2", renamedClasses: [{ from: "ChatRoom", to: "Room" }] },
  workersDev: false,
  routes: [{ pattern: "chat.example.com/*", zoneId: "zone-1" }],
  zones: [{ id: "zone-1", name: "example.com" }],
  customDomain: { hostname: "talk.example.com", zoneId: "zone-1" },
  protect: true,
};

const wrong: EdgeChatArgs = {
  ...right,
  script: { ...right.script, compatibilityDate: "2024-01-01", observability: observability(false) },
  bindings: (kvNamespaceId) => [
    ...right
      .bindings(kvNamespaceId)
      .map((binding) =>
        binding.name === "CHAT" ? { ...binding, json: JSON.stringify({ allowedOrigins: ["*"] }) } : binding,
      ),
    { name: "ADMIN_TOKEN", type: "plain_text", text: "a-token-that-anybody-can-read" },
    { name: "VERSION", type: "plain_text", text: `copied: ${SESSION_KEY}` },
  ],
  migrations: { oldTag: "v1", newTag: "v2", deletedClasses: ["ChatRoom"] },
  workersDev: true,
  routes: [{ pattern: "chat.example.org/*", zoneId: "zone-1" }],
  customDomain: { hostname: "talk.example.com", zoneId: "zone-9" },
  protect: false,
};

const provider = new Provider("account", {
  baseUrl: "http://127.0.0.1:1/client/v4",
  apiToken: "not-a-token-only-a-text-of-forty-characters",
});
new EdgeChat("chat", process.env.POLICY_CASE === "wrong" ? wrong : right, { provider });
