import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod";
import { NAMESPACE, readSettings } from "../../infra/settings.ts";
import { mistakeLines } from "../../infra/settings-mistakes.ts";
import { settingsPage } from "../../infra/settings-page.ts";
import { SECRET_SETTINGS, SETTINGS } from "../../infra/settings-table.ts";

const SECRETS: readonly string[] = SECRET_SETTINGS;
const RIGHT = {
  accountId: "023e105f4ecef8ad9ca31a8372d0c353",
  publicUrl: "http://127.0.0.1:8787",
  sessionKey: "a-session-key-of-at-least-32-characters",
};

/** As the engine hands them over: lists and objects as JSON. */
function read(values: Readonly<Record<string, unknown>>, stack = "dev", plain: readonly string[] = []) {
  const entries = Object.entries(values).map(([name, value]): [string, string] => [
    `${NAMESPACE}:${name}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const secretKeys = entries
    .map(([key]) => key)
    .filter((key) => SECRETS.some((name) => key.endsWith(`:${name}`)));
  return readSettings({
    stack,
    values: Object.fromEntries(entries),
    secretKeys: secretKeys.filter((key) => !plain.some((name) => key.endsWith(`:${name}`))),
  });
}
const told = (values: Readonly<Record<string, unknown>>, plain: readonly string[] = []): string =>
  mistakeLines(read({ ...RIGHT, ...values }, "dev", plain).mistakes ?? [], "dev").join("\n");

describe("settings", () => {
  it("need only account, key and address; everything else has a default", () => {
    const { settings } = read(RIGHT);
    expect(settings).toMatchObject({
      scriptName: "edge-chat-dev",
      kvTitle: "edge-chat-dev-directory",
      dataset: "edge_chat_dev",
      url: "http://127.0.0.1:8787",
      chat: {
        regions: ["weur"],
        access: "open",
        allowedOrigins: [],
        limits: { connectionsPerRoom: 1000, messagesPerMinute: 10, retentionMs: 600_000 },
      },
      observability: { enabled: true, headSamplingRate: 1, logs: { enabled: true, persist: true } },
    });
  });

  it("keep the defaults beside what an object sets", () => {
    const { settings } = read({ ...RIGHT, limits: { messagesPerMinute: 20 } });
    expect(settings?.chat.limits).toMatchObject({ messagesPerMinute: 20, messageLength: 500 });
  });

  it("take the empty defaults of Pulumi.yaml for what they are: not set", () => {
    const { settings } = read({
      ...RIGHT,
      scriptName: "",
      customDomain: {},
      ticketKey: "",
      recreateScript: "",
      adoptScript: "",
    });
    expect(settings?.scriptName).toBe("edge-chat-dev");
    expect(settings?.customDomain).toBeUndefined();
    expect(settings?.consent).toEqual({ allowDeletedClasses: [], allowLeftRegions: [] });
    expect(settings?.secrets.TICKET_KEY).toBeUndefined();
  });

  it("tell all mistakes at once: where, which value, what is allowed, and the command", () => {
    const text = told({ accountId: "xyz", regions: ["mars"], limits: { messagesPerMinute: 0 } });
    expect(text).toMatch(/^3 settings are wrong in stack dev/);
    expect(text).toContain('edge-websocket-chat:accountId is "xyz"');
    expect(text).toContain('edge-websocket-chat:regions[0] is "mars"');
    expect(text).toContain("npm run pulumi -- config set --path 'regions[0]' weur --stack dev");
    expect(text).toContain("edge-websocket-chat:limits.messagesPerMinute is 0");
    expect(text).toContain("allowed: a whole number from 1 to 600; for example 10");
    expect(text).toContain("npm run pulumi -- config set --path limits.messagesPerMinute 10 --stack dev");
  });

  it("guess what a misspelt key was meant to be, at the top and inside, and say how to remove it", () => {
    const text = told({ acess: "open", limits: { messagesPerMinut: 3 } });
    expect(text).toMatch(/acess\n.*did you mean access\?/);
    expect(text).toMatch(/limits\.messagesPerMinut\n.*did you mean messagesPerMinute\?/);
    expect(text).toContain("npm run pulumi -- config rm --path limits.messagesPerMinut --stack dev");
  });

  it("leave other namespaces alone", () => {
    const result = readSettings({
      stack: "dev",
      values: {
        ...Object.fromEntries(Object.entries(RIGHT).map(([name, value]) => [`${NAMESPACE}:${name}`, value])),
        "cloudflare:apiToken": "t",
      },
      secretKeys: [`${NAMESPACE}:sessionKey`],
    });
    expect(result.mistakes).toBeUndefined();
  });

  it("never show a secret's value, nor that of a key that may be a misspelt secret", () => {
    const text = told({ sessionKey: "short-one", sesionKey: "a-whole-secret-under-a-wrong-name" });
    expect(text).not.toContain("short-one");
    expect(text).not.toContain("a-whole-secret");
    expect(text).toContain('config set --secret sessionKey "$(openssl rand -base64 48)"');
  });

  it("refuse a secret that stands in plain text in the stack file", () => {
    expect(told({ adminToken: "a-token-of-20-characters" }, ["adminToken"])).toMatch(
      /adminToken\n.*plain text/,
    );
    expect(told({ adminToken: "a-token-of-20-characters" })).toMatch(/^0 settings/);
  });

  it("ask for a ticket key where access needs one", () => {
    expect(told({ access: "ticket" })).toMatch(/ticketKey is not set\n.*required while access is ticket/);
    expect(told({ access: "ticket", ticketKey: "k".repeat(32) })).toMatch(/^0 settings/);
  });

  it("let a secret be kept instead of set, but not both", () => {
    const kept = { keptSecrets: ["sessionKey", "ticketKey"], access: "ticket" };
    expect(told({ ...kept, sessionKey: "" })).toMatch(/^0 settings/);
    expect(told(kept)).toMatch(/keptSecrets is .*\n.*sessionKey is set in this stack/);
    expect(told({ sessionKey: "" })).toMatch(/sessionKey is not set\n.*required/);
    expect(read({ ...RIGHT, ...kept, sessionKey: "" }).settings?.kept).toEqual(["SESSION_KEY", "TICKET_KEY"]);
    expect(told({ keptSecrets: ["accountId"] })).toMatch(/keptSecrets\[0\] is "accountId"/);
  });

  it("take as many regions as there are location hints, in their order, and each once", () => {
    const { settings } = read({ ...RIGHT, regions: ["weur", "enam", "apac-ne"] });
    expect(settings?.chat.regions).toEqual(["weur", "enam", "apac-ne"]);
    expect(told({ regions: ["weur", "enam", "weur"] })).toMatch(
      /regions is .*\n.*each region may stand once/,
    );
    expect(told({ regions: [] })).toMatch(/regions is \[\]\n.*one or more of/);
  });

  it("deploy a stack of one region as ever: what says nothing is no part of it", () => {
    const chat = read({ ...RIGHT, closedRegions: [], jurisdiction: "" }).settings?.chat;
    expect(Object.keys(chat ?? {})).toEqual(["regions", "access", "allowedOrigins", "limits"]);
  });

  it("close only regions that there are, and leave one open", () => {
    expect(
      read({ ...RIGHT, regions: ["weur", "enam"], closedRegions: ["weur"] }).settings?.chat,
    ).toMatchObject({
      closedRegions: ["weur"],
    });
    expect(told({ closedRegions: ["enam"] })).toMatch(/closedRegions is .*\n.*enam is not among regions/);
    expect(told({ closedRegions: ["weur"] })).toMatch(/closedRegions is .*\n.*every region is closed/);
  });

  it("keep regions inside the jurisdiction, where it is an area", () => {
    expect(told({ jurisdiction: "mars" })).toMatch(/jurisdiction is "mars"\n.*eu, us, fedramp/);
    expect(told({ jurisdiction: "eu", regions: ["weur", "enam", "apac"] })).toMatch(
      /regions is .*\n.*enam, apac lies outside jurisdiction eu, which has weur, eeur/,
    );
    expect(read({ ...RIGHT, jurisdiction: "eu" }).settings?.chat.jurisdiction).toBe("eu");
    expect(told({ jurisdiction: "us", regions: ["wnam", "enam"] })).toMatch(/^0 settings/);
    expect(told({ jurisdiction: "fedramp", regions: ["enam"] })).toMatch(/^0 settings/);
  });

  it("ask for an address when none of the settings tells one", () => {
    expect(told({ publicUrl: "" })).toMatch(/workersDevSubdomain is not set\n.*tell no address/);
    expect(told({ publicUrl: "", workersDev: false })).toMatch(/publicUrl is not set\n.*tell no address/);
    expect(told({ publicUrl: "", workersDevSubdomain: "team" })).toMatch(/^0 settings/);
  });

  it("want a zone for each route and domain, by name or id but not both", () => {
    expect(told({ routes: [{ pattern: "a.example.com/*" }] })).toMatch(
      /routes\[0\] is .*\n.*either zone or zoneId/,
    );
    expect(told({ routes: [{ pattern: "a.example.com/*", zone: "example.com" }] })).toMatch(/^0 settings/);
    const both = { hostname: "a.example.com", zone: "example.com", zoneId: "0".repeat(32) };
    expect(told({ customDomain: both })).toMatch(/customDomain is/);
  });

  it("allow * as an origin only alone", () => {
    expect(told({ allowedOrigins: ["*"] })).toMatch(/^0 settings/);
    expect(told({ allowedOrigins: ["*", "https://a.example.com"] })).toMatch(/must stand alone/);
    expect(told({ allowedOrigins: ["https://a.example.com/"] })).toMatch(/allowedOrigins\[0\] is/);
  });

  it("say what they want instead of a value of another kind", () => {
    expect(told({ regions: "mars" })).toMatch(/regions is "mars"/);
    expect(told({ workersDev: "yes" })).toMatch(/workersDev is "yes"\n.*true or false/);
    expect(told({ limits: "many" })).toMatch(/limits is "many"/);
  });
});

const ProjectFile = z.object({
  config: z.record(z.string(), z.object({ type: z.string(), default: z.unknown(), description: z.string() })),
});
const project = ProjectFile.parse(parse(readFileSync("Pulumi.yaml", "utf8")));

/** The project's own settings of a stack file. */
function settingsIn(text: string): Record<string, unknown> {
  const { config } = z.object({ config: z.record(z.string(), z.unknown()) }).parse(parse(text));
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.split(":")[1] ?? "", value]));
}

describe("what is written about settings", () => {
  it("names the same keys in Pulumi.yaml, each with type, default and description", () => {
    expect(Object.keys(project.config).sort()).toEqual(Object.keys(SETTINGS).sort());
    for (const { description } of Object.values(project.config))
      expect(description.length).toBeGreaterThan(10);
  });

  it("gives the same defaults in Pulumi.yaml as the rules do", () => {
    for (const [name, schema] of Object.entries(SETTINGS)) {
      const own = schema.safeParse(undefined);
      const written = schema.safeParse(project.config[name]?.default);
      expect({ name, ...written, error: undefined }).toEqual({ name, ...own, error: undefined });
    }
  });

  it("is docs/settings.md, as `node infra/settings-page.ts` writes it", () => {
    const words = (text: string) => text.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---").trim();
    expect(words(readFileSync("docs/settings.md", "utf8"))).toBe(words(settingsPage()));
  });

  it("lets a pull request's stack start with account, subdomain and key, under names of its own and a quota", () => {
    const text = readFileSync("infra/pr-stack.yaml", "utf8");
    const stack = (name: string) =>
      read(
        {
          ...settingsIn(text),
          accountId: RIGHT.accountId,
          workersDevSubdomain: "team",
          sessionKey: RIGHT.sessionKey,
        },
        name,
      ).settings;
    expect(stack("pr-12")).toMatchObject({
      scriptName: "edge-chat-pr-12",
      kvTitle: "edge-chat-pr-12-directory",
      dataset: "edge_chat_pr_12",
      url: "https://edge-chat-pr-12.team.workers.dev",
      expiresAfterHours: 168,
      protect: false,
    });
    expect(stack("pr-13")?.scriptName).toBe("edge-chat-pr-13");
    const quota = stack("pr-12")?.chat.limits;
    const usual = read(RIGHT).settings?.chat.limits;
    expect(quota?.connectionsPerRoom).toBeLessThan(usual?.connectionsPerRoom ?? 0);
    const missing = read(settingsIn(text), "pr-12").mistakes?.map(({ path }) => path) ?? [];
    expect(missing.sort()).toEqual(["accountId", "sessionKey", "workersDevSubdomain"]);
    for (const path of missing) expect(text).toContain(path);
  });

  it("protects the rooms of production, and of no stack that is there to be thrown away", () => {
    expect(settingsIn(readFileSync("Pulumi.production.yaml", "utf8")).protect).toBe(true);
    expect(settingsIn(readFileSync("Pulumi.dev.yaml", "utf8")).protect).toBeUndefined();
  });

  it.each(["dev", "staging", "production"])("lets stack %s start once its comments are followed", (stack) => {
    const text = readFileSync(`Pulumi.${stack}.yaml`, "utf8");
    const missing = read(settingsIn(text), stack).mistakes?.map(({ path }) => path) ?? [];
    expect(missing).toContain("accountId");
    for (const path of missing) expect(text).toMatch(new RegExp(`config set .*(${path}|customDomain)`));
  });
});
