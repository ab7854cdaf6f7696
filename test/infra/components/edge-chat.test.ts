import * as pulumi from "@pulumi/pulumi";
import { beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { EdgeChat, type EdgeChatArgs } from "../../../infra/components/edge-chat.ts";
import { planBindings } from "../../../infra/plan/bindings.ts";
import { TEST_CHAT } from "../../worker/runtime.ts";

interface Seen {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}
let seen: Seen[] = [];

const outputOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => {
    output.apply(resolve);
  });

const SECRETS = {
  SESSION_KEY: "a-session-key-of-at-least-32-characters",
  SESSION_KEY_PREVIOUS: undefined,
  TICKET_KEY: undefined,
  ADMIN_TOKEN: undefined,
};

const args: EdgeChatArgs = {
  accountId: "acc",
  kvTitle: "edge-chat-dev-directory",
  script: {
    scriptName: "edge-chat-dev",
    mainModule: "worker.mjs",
    contentFile: "../.build/worker.mjs",
    contentSha256: "abc",
    compatibilityDate: "2026-08-01",
    compatibilityFlags: [],
  },
  bindings: (kvNamespaceId) =>
    planBindings({
      kvNamespaceId,
      dataset: "edge_chat_dev",
      rateLimitNamespace: "17",
      connectsPerMinute: 60,
      chat: TEST_CHAT,
      version: "abc",
      secrets: SECRETS,
    }),
  migrations: { newTag: "v1", newSqliteClasses: ["ChatRoom"] },
  workersDev: true,
  routes: [{ pattern: "chat.example.com/*", zoneId: "zone-1" }],
  zones: [
    { id: "zone-1", name: "example.com" },
    { id: "zone-2", name: "example.org" },
  ],
  customDomain: { hostname: "chat.example.org", zoneId: "zone-2" },
  protect: false,
};

const Named = z.array(z.looseObject({ name: z.string() }));

/** What the component registers for these arguments, by type; and under which parent. */
async function registered(
  changes: Partial<EdgeChatArgs> = {},
  options: pulumi.ComponentResourceOptions = {},
) {
  const chat = new EdgeChat("chat", { ...args, ...changes }, options);
  const urns = await Promise.all(chat.children.map(({ urn }) => outputOf(urn)));
  const one = (type: string) => seen.find((resource) => resource.type.endsWith(`:${type}`));
  return { chat, urns, one };
}

describe("EdgeChat", () => {
  beforeEach(async () => {
    seen = [];
    await pulumi.runtime.setMocks(
      {
        newResource: ({ type, name, inputs }) => {
          seen.push({ type, name, inputs });
          return { id: `${name}-id`, state: inputs };
        },
        call: () => ({}),
      },
      "edge-websocket-chat",
      "dev",
    );
  });

  it("registers directory, script, subdomain, routes and domain under logical names that are public API", async () => {
    await registered();
    expect(seen.map(({ type, name }) => [type.split(":").at(-1), name])).toEqual(
      expect.arrayContaining([
        ["EdgeChat", "chat"],
        ["WorkersKvNamespace", "chat-directory"],
        ["WorkersScript", "chat-script"],
        ["WorkersScriptSubdomain", "chat-subdomain"],
        ["WorkersRoute", expect.stringMatching(/^chat-route-chat-example-com-/)],
        ["WorkersCustomDomain", "chat-domain"],
      ]),
    );
    expect(seen).toHaveLength(6);
  });

  it("is the parent of everything it registers", async () => {
    const { urns } = await registered();
    expect(urns).toHaveLength(5);
    for (const urn of urns) expect(urn).toContain("::edge-websocket-chat:index:EdgeChat$cloudflare:");
  });

  it("binds the namespace it made, and sends bindings sorted by name", async () => {
    const { one } = await registered();
    const bindings = Named.parse(pulumi.runtime.unwrapRpcSecret(one("WorkersScript")?.inputs.bindings));
    const names = bindings.map(({ name }) => name);
    expect(names).toEqual([...names].sort());
    expect(bindings).toContainEqual({
      name: "DIRECTORY",
      type: "kv_namespace",
      namespaceId: "chat-directory-id",
    });
  });

  it("marks the texts of secrets, so that the engine keeps them out of sight", async () => {
    const { one } = await registered();
    expect(pulumi.runtime.isRpcSecret(one("WorkersScript")?.inputs.bindings)).toBe(true);
    expect(pulumi.runtime.isRpcSecret(one("WorkersScript")?.inputs.contentSha256)).toBe(false);
  });

  it("sends the pending steps, and observability only when it is given", async () => {
    const { one } = await registered();
    const inputs = one("WorkersScript")?.inputs ?? {};
    expect(inputs.migrations).toEqual({ newTag: "v1", newSqliteClasses: ["ChatRoom"] });
    expect(inputs).not.toHaveProperty("observability");
    expect(inputs).not.toHaveProperty("placement");
    expect(inputs).toMatchObject({
      accountId: "acc",
      scriptName: "edge-chat-dev",
      mainModule: "worker.mjs",
      contentFile: "../.build/worker.mjs",
      contentSha256: "abc",
    });
  });

  it("leaves migrations out altogether when nothing is to be sent", async () => {
    const { one } = await registered({ migrations: () => undefined });
    expect(one("WorkersScript")?.inputs).not.toHaveProperty("migrations");
  });

  it("decides what to repeat with the id of the namespace in hand", async () => {
    const { one } = await registered({
      migrations: (id) => (id === "chat-directory-id" ? { newTag: "v1", oldTag: "v0" } : undefined),
    });
    expect(one("WorkersScript")?.inputs.migrations).toEqual({ newTag: "v1", oldTag: "v0" });
  });

  it("leads routes and domain to the script", async () => {
    const { one } = await registered();
    expect(one("WorkersRoute")?.inputs).toEqual({
      zoneId: "zone-1",
      pattern: "chat.example.com/*",
      script: "edge-chat-dev",
    });
    expect(one("WorkersCustomDomain")?.inputs).toEqual({
      accountId: "acc",
      hostname: "chat.example.org",
      zoneId: "zone-2",
      service: "edge-chat-dev",
    });
    expect(one("WorkersScriptSubdomain")?.inputs).toEqual({
      accountId: "acc",
      scriptName: "edge-chat-dev",
      enabled: true,
      previewsEnabled: false,
    });
  });

  it("protects what holds data, and nothing that can be made again", async () => {
    const guarded = async (protect: boolean): Promise<string[]> => {
      const names: string[] = [];
      const note: pulumi.ResourceTransformation = ({ name, opts }) => {
        if (opts.protect === true) names.push(name);
        return undefined;
      };
      await registered({ protect }, { transformations: [note] });
      return names;
    };
    expect(await guarded(true)).toEqual(["chat-directory", "chat-script"]);
    expect(await guarded(false)).toEqual([]);
  });

  it("registers no domain where none is configured", async () => {
    const { one } = await registered({ customDomain: undefined, routes: [] });
    expect(one("WorkersCustomDomain")).toBeUndefined();
    expect(seen).toHaveLength(4);
  });
});
