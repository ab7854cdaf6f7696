/** The official provider's own requests, as they were recorded, against the local account. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { startTestAccount, type TestAccount } from "../test-account.ts";
import { misfits } from "./fits.ts";
import { type ByHand, type RecordedCall, type RecordedPart, recordedSteps } from "./recorded-calls.ts";

const RECORDED_ACCOUNT = "0123456789abcdef0123456789abcdef";
const RECORDED_ZONE = "abcdefabcdefabcdefabcdefabcdefab";
const AGENT =
  "terraform-provider-cloudflare/pulumi terraform-plugin-framework/1.19.0 terraform/pulumi-terraform-bridge";

const envelopeSchema = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number(), message: z.string() })),
  messages: z.array(z.unknown()),
  result: z.unknown(),
});
const idSchema = z.object({ id: z.string() });
const jwtSchema = z.object({ jwt: z.string() });

let account: TestAccount;
/** From ids in the recording to those of this account. */
let ids: Map<string, string>;
/** Authorizes the next upload of assets, in place of the account's token. */
let uploadToken: string | undefined;
beforeEach(async () => {
  account = await startTestAccount();
  const zone = await account.call("POST", "/zones", { name: "example.com" });
  ids = new Map([
    [RECORDED_ACCOUNT, account.accountId],
    [RECORDED_ZONE, idSchema.parse(zone.result).id],
  ]);
});
afterEach(() => account.remove());

function translate(text: string): string {
  let result = text;
  for (const [recorded, own] of ids) result = result.replaceAll(recorded, own);
  return result;
}

const translated = <T>(value: T): T => JSON.parse(translate(JSON.stringify(value))) as T; // the same shape

function formOf(parts: readonly RecordedPart[]): FormData {
  const form = new FormData();
  for (const { name, filename, contentType = "", text, json } of parts) {
    const content = json === undefined ? (text ?? "") : JSON.stringify(translated(json));
    if (filename === undefined && contentType === "") form.append(name, content);
    else form.append(name, new Blob([content], { type: contentType }), filename ?? "");
  }
  return form;
}

function send(call: RecordedCall | ByHand): Promise<Response> {
  const isAssetUpload = call.path.includes("/workers/assets/upload");
  const usual = (isAssetUpload ? uploadToken : undefined) ?? account.apiToken;
  const token = "token" in call ? (call.token ?? usual) : usual;
  const body =
    call.parts === undefined
      ? call.body === undefined
        ? undefined
        : JSON.stringify(translated(call.body))
      : formOf(call.parts);
  return fetch(`${account.apiUrl}${translate(call.path)}`, {
    method: "byHand" in call ? call.byHand : call.method,
    headers: {
      "user-agent": AGENT,
      accept: "application/json",
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
      ...(typeof body === "string" ? { "content-type": "application/json" } : {}),
    },
    ...(body === undefined ? {} : { body }),
  });
}

async function byHand(call: ByHand, problems: readonly string[]): Promise<void> {
  const response = await send(call);
  const text = await response.text();
  const before = [`${call.byHand} ${call.path}: ${text}`, ...problems].join("\n");
  expect(response.status, before).toBe(200);
  if (call.as !== undefined)
    ids.set(call.as, idSchema.parse(envelopeSchema.parse(JSON.parse(text)).result).id);
}

/** What a recorded call and its answer here have that do not fit. */
async function replay(call: RecordedCall): Promise<string[]> {
  const response = await send(call);
  const text = await response.text();
  const here = `${call.method} ${call.path}`;
  if (response.status !== call.status)
    return [`${here}: status ${call.status} was recorded, ${response.status} came: ${text}`];
  if (call.text !== undefined) return misfitsOfText(call, text).map((line) => `${here}: ${line}`);
  const recorded = envelopeSchema.parse(call.response);
  const actual = envelopeSchema.parse(JSON.parse(text));
  learnIds(recorded.result, actual.result);
  return [
    ...misfits(recorded.success, actual.success, "success"),
    ...misfits(
      recorded.errors.map(({ code }) => code),
      actual.errors.map(({ code }) => code),
      "codes",
    ),
    ...misfits(translated(recorded.result), actual.result),
  ].map((line) => `${here}: ${line}`);
}

/** A body that is no envelope: a KV value, or the parts of a script. The recording keeps its first characters. */
function misfitsOfText(call: RecordedCall, text: string): string[] {
  if (!call.path.endsWith("/content/v2")) return misfits(call.text, text, "body");
  const firstPart = /name="([^"]+)"[\s\S]*?\r\n\r\n([\s\S]*?)(?:\r\n--|…)/;
  const [, name, content = ""] = firstPart.exec(call.text ?? "") ?? [];
  const [, ownName, ownContent = ""] = firstPart.exec(text) ?? [];
  return [
    ...misfits(name, ownName, "part"),
    ...misfits(content, ownContent.slice(0, content.length), "content"),
  ];
}

function learnIds(recorded: unknown, actual: unknown): void {
  for (const [schema, read] of [
    [idSchema, (value: unknown) => idSchema.parse(value).id],
    [jwtSchema, (value: unknown) => jwtSchema.parse(value).jwt],
  ] as const) {
    if (!schema.safeParse(recorded).success || !schema.safeParse(actual).success) continue;
    ids.set(read(recorded), read(actual));
    if (schema === jwtSchema) uploadToken = read(actual);
  }
}

async function replayAll(fixture: string): Promise<void> {
  const problems: string[] = [];
  for (const { recording, promise, calls } of recordedSteps(fixture))
    for (const call of calls) {
      if ("byHand" in call) await byHand(call, problems);
      else problems.push(...(await replay(call)).map((line) => `${recording} (${promise}): ${line}`));
    }
  expect(problems).toEqual([]);
}

describe("what the official provider sends is answered as it needs it", { timeout: 60_000 }, () => {
  it("from the first deployment over every kind of change to what somebody deleted by hand", () =>
    replayAll("life"));
  it("a destroy, and a destroy of what is gone already", () => replayAll("destroy"));
  it("every refusal has the recorded status and code", () => replayAll("refusals"));
  it("values, subdomains, routes, domains and schedules with no more than they need", () =>
    replayAll("small"));
  it("assets: uploaded once, not sent again, and one that changed", () => replayAll("assets"));
  it("Workers, their versions and deployments, from the first one over a rename to a destroy", () =>
    replayAll("workers"));
  it("versions of Workers with every kind of setting read back as they were sent", () =>
    replayAll("worker-versions"));
  it("scripts with few and with many settings read back as they were sent", () => replayAll("scripts"));
});

it("what would not fit is named with its place", () => {
  const recorded = {
    a: 1,
    id: "x",
    list: [
      { name: "b", on: true },
      { name: "c", on: false },
    ],
    nothing: null,
  };
  expect(misfits(recorded, { ...recorded, id: "other", more: 1 })).toEqual([]);
  expect(misfits(recorded, { ...recorded, list: recorded.list.toReversed() })).toEqual([]);
  expect(misfits(recorded, { id: 7, list: [{ name: "b", on: false }, { name: "c" }], nothing: {} })).toEqual([
    "result.a: 1 was recorded, undefined came",
    'result.id: "x" was recorded, 7 came',
    "result.list[0].on: true was recorded, false came",
    "result.list[1].on: false was recorded, undefined came",
    "result.nothing: null was recorded, {} came",
  ]);
});
