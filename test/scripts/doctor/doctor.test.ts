import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { cloudflareHttp } from "../../../infra/cloudflare-http.ts";
import { readSettings } from "../../../infra/settings.ts";
import { checkNames, checkSubdomain } from "../../../scripts/doctor/check-names.ts";
import { checkAccount, checkRights, checkToken, checkZones } from "../../../scripts/doctor/check-token.ts";
import type { Finding } from "../../../scripts/doctor/finding.ts";
import { startTestAccount, type TestAccount } from "../../local/test-account.ts";

let account: TestAccount;
beforeAll(async () => {
  account = await startTestAccount();
});
afterAll(() => account.remove());

const ALL = [
  "Workers Scripts Write",
  "Workers KV Storage Write",
  "Workers Routes Write",
  "Workers Tail Read",
  "Account Analytics Read",
  "Zone Read",
];
const groupsSchema = z.array(z.object({ id: z.string(), name: z.string() }));

/** The API with a token that has these rights. */
async function apiWith(...names: string[]) {
  const groups = groupsSchema.parse((await account.call("GET", "/user/tokens/permission_groups")).result);
  const made = await account.call("POST", "/user/tokens", {
    name: "doctor",
    policies: [
      {
        effect: "allow",
        permission_groups: groups.filter(({ name }) => names.includes(name)).map(({ id }) => ({ id })),
      },
    ],
  });
  const { value } = z.object({ value: z.string() }).parse(made.result);
  return apiOf(value);
}
const apiOf = (apiToken: string, accountId = account.accountId) => ({
  accountId,
  ...cloudflareHttp({ apiUrl: account.apiUrl, apiToken }),
});
const zones = () => [{ id: account.zoneId, name: "localhost" }];
const wrongOnes = (findings: readonly Finding[]) => findings.filter(({ is }) => is === "wrong");

function settingsWith(values: Record<string, string>) {
  const { settings, mistakes } = readSettings({
    stack: "dev",
    secretKeys: ["edge-websocket-chat:sessionKey"],
    values: {
      "edge-websocket-chat:accountId": account.accountId,
      "edge-websocket-chat:sessionKey": "a-session-key-of-at-least-32-characters",
      "edge-websocket-chat:publicUrl": "http://127.0.0.1:8787",
      ...Object.fromEntries(
        Object.entries(values).map(([key, value]) => [`edge-websocket-chat:${key}`, value]),
      ),
    },
  });
  if (settings === undefined) throw new Error(JSON.stringify(mistakes));
  return settings;
}
const ROUTES = JSON.stringify([{ pattern: "localhost/*", zone: "localhost" }]);

describe("the rights of a token", () => {
  it("are all found when they are there, and nothing is changed by asking", async () => {
    await account.upload("untouched", "export default { fetch() {} };");
    const findings = await checkRights(await apiWith(...ALL), zones());
    expect(findings.map(({ is }) => is)).toEqual(["right", "right", "right", "right", "right"]);
    const left = await account.call("GET", "A/workers/scripts");
    expect(left.result).toMatchObject([{ id: "untouched" }]);
  });

  it.each([
    ["Workers Scripts Write", "Account · Workers Scripts · Edit"],
    ["Workers KV Storage Write", "Account · Workers KV Storage · Edit"],
    ["Workers Routes Write", "Zone localhost · Workers Routes · Edit"],
  ])("without %s, are told as exactly that one missing, also when it may be read", async (missing, name) => {
    const others = ALL.filter((right) => right !== missing);
    const api = await apiWith(...others, missing.replace("Write", "Read"));
    const wrong = wrongOnes(await checkRights(api, zones()));
    expect(wrong).toHaveLength(1);
    expect(wrong[0]?.what).toBe(`the token lacks the right "${name}" (10000)`);
    expect(wrong[0]?.fix).toMatch(/API Tokens → Edit/);
  });

  it("that only tail and metrics need are a note", async () => {
    const findings = await checkRights(await apiWith(...ALL.slice(0, 3)), zones());
    expect(wrongOnes(findings)).toEqual([]);
    expect(findings.filter(({ is }) => is === "note").map(({ fix }) => fix)).toEqual([
      expect.stringContaining("npm run tail"),
      expect.stringContaining("npm run metrics"),
    ]);
  });
});

describe("token, account and zones", () => {
  it("are told when the token is none, with the command that stores one", async () => {
    const finding = await checkToken(apiOf("x".repeat(43)), "dev");
    expect(finding).toMatchObject({
      is: "wrong",
      fix: expect.stringMatching(/config set --secret cloudflare:apiToken/),
    });
    expect((await checkToken(await apiWith("Zone Read"), "dev")).is).toBe("right");
  });

  it("are told when the account is another one, with those that the token sees", async () => {
    const api = apiOf(account.apiToken, "f".repeat(32));
    const finding = await checkAccount(api, "dev");
    expect(finding.is).toBe("wrong");
    expect(finding.fix).toContain(account.accountId);
  });

  it("are told when a zone is missing or may not be read", async () => {
    const missing = settingsWith({ routes: ROUTES.replace('"localhost"', '"example.com"') });
    const { findings } = await checkZones(await apiWith(...ALL), missing);
    expect(findings).toMatchObject([{ is: "wrong", what: expect.stringContaining("zone example.com") }]);
    const blind = await checkZones(await apiWith("Workers Scripts Write"), settingsWith({ routes: ROUTES }));
    expect(blind.findings[0]?.what).toMatch(/lacks the right "Zone localhost · Zone · Read"/);
    expect(blind.zones).toEqual([]);
  });

  it("are told when the workers.dev subdomain is another one", async () => {
    const settings = settingsWith({ publicUrl: "", workersDev: "true", workersDevSubdomain: "my-team" });
    const [finding] = await checkSubdomain(await apiWith(...ALL), settings, "dev");
    expect(finding).toMatchObject({
      is: "wrong",
      fix: expect.stringMatching(/workersDevSubdomain local --stack dev/),
    });
  });
});

describe("the names that a stack wants", () => {
  const nobody = { script: undefined, directoryId: undefined };
  const check = (own: { script: string | undefined; directoryId: string | undefined } = nobody) =>
    checkNames(apiOf(account.apiToken), settingsWith({ routes: ROUTES }), "dev", own);

  it("are free at first", async () => {
    expect((await check()).map(({ what }) => what)).toEqual([
      "script edge-chat-dev: free",
      'KV namespace "edge-chat-dev-directory": free',
    ]);
  });

  it("are somebody else's or this stack's by what its state says, and each says the way out", async () => {
    await account.upload("edge-chat-dev", "export default { fetch() {} };");
    await account.upload("shop", "export default { fetch() {} };");
    await account.call("POST", `/zones/${account.zoneId}/workers/routes`, {
      pattern: "localhost/*",
      script: "shop",
    });
    const { result } = await account.call("POST", "A/storage/kv/namespaces", {
      title: "edge-chat-dev-directory",
    });
    const { id } = z.object({ id: z.string() }).parse(result);
    const taken = wrongOnes(await check());
    expect(taken.map(({ what }) => what)).toEqual([
      "script edge-chat-dev exists, and this stack's state does not know it",
      `a KV namespace "edge-chat-dev-directory" exists, and this stack's state does not know it`,
      "route localhost/* leads to the script shop",
    ]);
    expect(taken[0]?.fix).toMatch(/npm run adopt -- dev/);
    const own = wrongOnes(await check({ script: "edge-chat-dev", directoryId: id }));
    expect(own.map(({ what }) => what)).toEqual(["route localhost/* leads to the script shop"]);
  });
});
