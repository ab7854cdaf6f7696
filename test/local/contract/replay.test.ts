/** The official provider's own requests, as they were recorded, against the local account. */
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { startTestAccount, type TestAccount } from "../test-account.ts";
import { armFault, disarmFaults, emptyAccount, faultsMet } from "./account-states.ts";
import { misfits } from "./fits.ts";
import { isBeginningOf, kindOf, type Program, programsOf } from "./programs.ts";
import {
  type Between,
  type ByHand,
  fixtures,
  type RecordedCall,
  type RecordedPart,
  recordedRequests,
  recordedSteps,
} from "./recorded-calls.ts";
import { recordingsTable } from "./recordings-table.ts";

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
/** Seconds by themselves; minutes on a machine that does much else. */
const REPLAY_LIMIT_MS = 300_000;

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
      ...("headers" in call ? call.headers : {}),
      ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
      ...(typeof body === "string" ? { "content-type": "application/json" } : {}),
    },
    ...(body === undefined ? {} : { body }),
  });
}

async function between(item: Between): Promise<string[]> {
  if ("startsOver" in item) {
    await emptyAccount(account);
    return [];
  }
  if ("alias" in item) {
    for (const [recorded, earlier] of Object.entries(item.alias))
      ids.set(recorded, ids.get(earlier) ?? earlier);
    return [];
  }
  const response = await send(item);
  const text = await response.text();
  if (response.status !== 200) return [`${item.byHand} ${item.path} by hand: ${text}`];
  if (item.as !== undefined)
    ids.set(item.as, idSchema.parse(envelopeSchema.parse(JSON.parse(text)).result).id);
  return [];
}

/** Sends it, with the recorded failure where there was one; undefined when the connection was cut. */
async function answer(call: RecordedCall): Promise<Response | undefined> {
  if (call.fault === undefined) return send(call);
  await armFault(account, call);
  const response = await send(call).catch(() => undefined);
  expect(await faultsMet(account), `${call.method} ${call.path} met no fault`).toBe(1);
  await disarmFaults(account);
  return response;
}

/** What a recorded call and its answer here have that do not fit. */
async function misfitsOf(call: RecordedCall, response: Response | undefined): Promise<string[]> {
  const text = (await response?.text()) ?? "";
  if (response?.status !== call.status)
    return [`status: ${call.status} was recorded, ${response?.status} came: ${text}`];
  for (const [name, value] of Object.entries(call.responseHeaders ?? {}))
    if (response?.headers.get(name) !== value) return [`${name}: ${value} was recorded`];
  if (response === undefined) return [];
  if (call.text !== undefined) return misfitsOfText(call, text);
  if (typeof call.response !== "object") return misfits(call.response, text, "body");
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
  ];
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

/** Answers of a program by run and kind of call. */
type Answers = readonly Map<string, Response[]>[];

/** Lines for all that does not fit, and the answers. `known`: those of a program that sent the same already. */
async function replayProgram(program: Program, known: Answers | undefined) {
  const problems: string[] = [];
  const answers: Map<string, Response[]>[] = [];
  for (const [index, { recording, promise, except, before, calls }] of program.entries()) {
    if (known === undefined) for (const item of before) problems.push(...(await between(item)));
    const unused = new Set(Object.keys(except));
    const given = new Map<string, Response[]>();
    for (const call of calls) {
      const response = known === undefined ? await answer(call) : known[index]?.get(kindOf(call))?.shift();
      if (response !== undefined)
        given.set(kindOf(call), [...(given.get(kindOf(call)) ?? []), response.clone()]);
      for (const misfit of await misfitsOf(call, response)) {
        const line = `${call.method} ${call.path}: ${misfit}`;
        const excepted = Object.keys(except).filter((place) => line.includes(place));
        for (const place of excepted) unused.delete(place);
        if (excepted.length === 0) problems.push(`${recording} (${promise}): ${line}`);
      }
    }
    answers.push(given);
    for (const place of unused) problems.push(`${recording}: '${place}' is excepted, and would fit`);
  }
  return { problems, answers };
}

async function replayAll(fixture: string): Promise<void> {
  const problems: string[] = [];
  const sent: { program: Program; answers: Answers }[] = [];
  for (const program of programsOf(recordedSteps(fixture))) {
    const same = sent.find((earlier) => isBeginningOf(program, earlier.program));
    const { problems: found, answers } = await replayProgram(program, same?.answers);
    problems.push(...found);
    // Answers are used up by a comparison, and kept for the next one.
    if (same === undefined) sent.push({ program, answers });
    else sent[sent.indexOf(same)] = { program: same.program, answers: merged(answers, same.answers) };
  }
  expect(problems, problems.join("\n")).toEqual([]);
}

/** What was just used, and the rest of a longer program. */
const merged = (used: Answers, all: Answers): Answers => all.map((answers, index) => used[index] ?? answers);

describe("what the official provider sends is answered as it needs it", { timeout: REPLAY_LIMIT_MS }, () => {
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
  it("the whole provider sends what its part did", () => replayAll("whole-provider"));
  it("imports, lists of scripts and replacements", () => replayAll("others"));
});

describe("the recordings", () => {
  it("are all replayed, with every request that they hold", () => {
    const replayed = fixtures().flatMap((fixture) =>
      recordedSteps(fixture).map(({ recording, calls }) => [recording, calls.length] as const),
    );
    expect(new Set(replayed.map(([name]) => name)).size).toBe(replayed.length);
    const withRequests = Object.entries(recordedRequests()).filter(([, requests]) => requests > 0);
    expect(Object.fromEntries(replayed)).toEqual(Object.fromEntries(withRequests));
  });

  it("are told of one by one in the documentation", async () => {
    const page = fileURLToPath(new URL("../../../docs/local-account-recordings.md", import.meta.url));
    await expect(recordingsTable()).toMatchFileSnapshot(page);
  });
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
