import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { MIGRATION_HISTORY } from "../../infra/migration-history.ts";
import { Chatter } from "../../scripts/drills/chatter.ts";
import { run } from "../../scripts/toolchain/run.ts";
import { BINDINGS } from "../../worker/bindings.ts";
import { ProjectCopy } from "./support/project-copy.ts";

const WRANGLER = fileURLToPath(new URL("../../node_modules/wrangler/bin/wrangler.js", import.meta.url));
const Id = z.object({ id: z.string() });
const Page = z.object({ messages: z.array(z.object({ message: z.string() })) });
const Namespaces = z.array(z.object({ id: z.string(), title: z.string() }));
const CHAT = {
  regions: ["weur"],
  access: "open",
  allowedOrigins: [],
  limits: {
    connectionsPerRoom: 1000,
    connectionsPerUser: 5,
    messagesPerMinute: 600,
    messageLength: 500,
    visibleMessages: 100,
    recentMessages: 10,
    retentionMs: 600_000,
  },
};

let copy: ProjectCopy;
let namespaceId: string;
let zoneId: string;

/** wrangler itself, as a person runs it in a project's folder. */
async function wrangler(args: string[], input = ""): Promise<string> {
  const { apiUrl, apiToken, accountId } = copy.account;
  const { code, stdout, stderr } = await run(process.execPath, [WRANGLER, ...args], {
    cwd: copy.folder,
    input,
    env: {
      PATH: process.env.PATH,
      HOME: copy.folder,
      CI: "1",
      NO_COLOR: "1",
      WRANGLER_SEND_METRICS: "false",
      CLOUDFLARE_API_BASE_URL: apiUrl,
      CLOUDFLARE_API_TOKEN: apiToken,
      CLOUDFLARE_ACCOUNT_ID: accountId,
    },
  });
  if (code !== 0) throw new Error(`wrangler ${args.join(" ")}:\n${stdout}${stderr}`);
  return stdout;
}

/** This Worker as a wrangler project: the same bindings and migrations, in wrangler's own words. */
function wranglerConfig() {
  const objects = Object.entries(BINDINGS).flatMap(([name, binding]) =>
    "className" in binding ? [{ name, class_name: binding.className }] : [],
  );
  return {
    name: "edge-chat-local",
    main: ".build/worker.mjs",
    no_bundle: true,
    compatibility_date: "2026-08-01",
    durable_objects: { bindings: objects },
    migrations: MIGRATION_HISTORY.map(({ tag, newSqliteClasses }) => ({
      tag,
      new_sqlite_classes: newSqliteClasses,
    })),
    kv_namespaces: [{ binding: "DIRECTORY", id: namespaceId }],
    analytics_engine_datasets: [{ binding: "ANALYTICS", dataset: "chat" }],
    ratelimits: [{ name: "CONNECT_LIMIT", namespace_id: "7", simple: { limit: 60, period: 60 } }],
    vars: { VERSION: "made-by-wrangler", CHAT },
    routes: [{ pattern: "chat.example.com/*", zone_name: "example.com" }],
    workers_dev: true,
  };
}

beforeAll(async () => {
  copy = new ProjectCopy();
  const { accountId } = await copy.startAccount();
  namespaceId = Id.parse(
    await copy.api("POST", `/accounts/${accountId}/storage/kv/namespaces`, { title: "rooms" }),
  ).id;
  zoneId = Id.parse(await copy.api("POST", "/zones", { name: "example.com" })).id;
  copy.edit("infra/local-stack.yaml", (text) =>
    text.replace("localhost/*", "chat.example.com/*").replace("zone: localhost", "zone: example.com"),
  );
  await copy.npm("build");
  writeFileSync(path.join(copy.folder, "wrangler.json"), JSON.stringify(wranglerConfig()));
  await wrangler(["deploy"]);
  await wrangler(["secret", "put", "SESSION_KEY"], "a-session-key-of-at-least-32-characters");
});
afterAll(() => copy.dispose());

describe("a chat that wrangler deployed", () => {
  let said: number;

  it("is not overwritten by an up that does not know it", async () => {
    const chatter = await Chatter.start(copy.account.edgeUrl, "wrangler");
    await chatter.goesOn();
    said = await chatter.end();
    const refused = await copy.npm("up", "local");
    expect(refused.code).not.toBe(0);
    expect(refused.said).toMatch(/nothing in this stack's state says that it is this stack's/);
  });

  it("is taken over with namespace, route and rooms, after which a preview shows no change", async () => {
    const adopted = await copy.npm("adopt", "local", "--yes");
    expect(adopted.code, adopted.said).toBe(0);
    expect(adopted.said).toMatch(/script edge-chat-local, migration tag v\d+: taken over with its rooms/);
    expect(adopted.said).toMatch(/KV namespace "rooms": taken over, and called "edge-chat-local-directory"/);
    expect(adopted.said).toMatch(/route chat\.example\.com\/\*: taken over/);
    expect(adopted.said).toMatch(/4 imported/);
    await copy.pulumi("preview", "--expect-no-changes");
    await copy.pulumi("refresh", "--yes", "--expect-no-changes");

    const { accountId, edgeUrl } = copy.account;
    const namespaces = Namespaces.parse(
      await copy.api("GET", `/accounts/${accountId}/storage/kv/namespaces`),
    );
    expect(namespaces).toMatchObject([{ id: namespaceId, title: "edge-chat-local-directory" }]);
    const page = Page.parse(await (await fetch(`${edgeUrl}/chat/wrangler/messages?limit=100`)).json());
    expect(page.messages).toHaveLength(said);
    expect((await copy.npm("smoke", "local")).code).toBe(0);
  });

  it("is this stack's from then on: a second adoption says so, and destroy takes everything", async () => {
    expect((await copy.npm("adopt", "local", "--yes")).said).toMatch(/has its script already/);
    expect((await copy.npm("destroy", "local", "--yes")).code).toBe(0);
    expect(await copy.api("GET", `/zones/${zoneId}/workers/routes`)).toEqual([]);
  });
});

it("where nothing is, there is nothing to adopt, and up is the way", async () => {
  const { code, said } = await copy.npm("adopt", "local", "--yes");
  expect(code).toBe(1);
  expect(said).toMatch(/has no script "edge-chat-local" to take over[\s\S]*npm run up -- local/);
});
