import { describe, expect, it } from "vitest";
import { BOUND_CLASSES, planBindings } from "../../../infra/plan/bindings.ts";
import { BINDINGS } from "../../../worker/bindings.ts";
import { TEST_CHAT } from "../../worker/runtime.ts";

const values = {
  kvNamespaceId: "kv-1",
  dataset: "edge_chat_dev",
  rateLimitNamespace: "17",
  connectsPerMinute: 60,
  chat: TEST_CHAT,
  version: "abc",
  secrets: {
    SESSION_KEY: "s".repeat(32),
    SESSION_KEY_PREVIOUS: undefined,
    TICKET_KEY: undefined,
    ADMIN_TOKEN: undefined,
  },
};

describe("the script's bindings", () => {
  it("are sorted by name, because another order shows up as a change after a refresh", () => {
    const names = planBindings(values).map(({ name }) => name);
    expect(names).toEqual([...names].sort());
  });

  it("leave optional secrets out while they are not set, and bind them when they are", () => {
    expect(planBindings(values).map(({ name }) => name)).toEqual([
      "ANALYTICS",
      "CHAT",
      "CHAT_ROOM",
      "CONNECT_LIMIT",
      "DIRECTORY",
      "ROOM_HUB",
      "SESSION_KEY",
      "VERSION",
    ]);
    const all = {
      SESSION_KEY: "a",
      SESSION_KEY_PREVIOUS: "b",
      TICKET_KEY: "c",
      ADMIN_TOKEN: "d",
    };
    expect(planBindings({ ...values, secrets: all }).map(({ name }) => name)).toEqual(
      Object.keys(BINDINGS).sort(),
    );
  });

  it("leave a kept secret as the script has it, set or not", () => {
    const kept = planBindings({ ...values, kept: ["ADMIN_TOKEN", "SESSION_KEY"] });
    expect(kept).toContainEqual({ name: "ADMIN_TOKEN", type: "inherit" });
    expect(kept).toContainEqual({ name: "SESSION_KEY", type: "inherit" });
    const names = kept.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
  });

  it("carry what each type needs, in the provider's words", () => {
    const byName = Object.fromEntries(planBindings(values).map((binding) => [binding.name, binding]));
    expect(byName.CHAT_ROOM).toEqual({
      name: "CHAT_ROOM",
      type: "durable_object_namespace",
      className: "ChatRoom",
    });
    expect(byName.DIRECTORY).toEqual({ name: "DIRECTORY", type: "kv_namespace", namespaceId: "kv-1" });
    expect(byName.ANALYTICS).toEqual({
      name: "ANALYTICS",
      type: "analytics_engine",
      dataset: "edge_chat_dev",
    });
    expect(byName.CONNECT_LIMIT).toEqual({
      name: "CONNECT_LIMIT",
      type: "ratelimit",
      namespaceId: "17",
      simple: { limit: 60, period: 60 },
    });
    expect(byName.VERSION).toEqual({ name: "VERSION", type: "plain_text", text: "abc" });
    expect(JSON.parse(byName.CHAT?.json ?? "")).toEqual(TEST_CHAT);
  });

  it("name the classes that migrations must make", () => {
    expect(BOUND_CLASSES).toEqual(["ChatRoom", "RoomHub"]);
  });
});
