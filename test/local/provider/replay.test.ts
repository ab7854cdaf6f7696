import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Clock } from "../../../local/provider/api-client.ts";
import { type RunningProvider, startProvider } from "../../../local/provider/server.ts";
import {
  asList,
  asProperties,
  asString,
  type Properties,
  type Value,
} from "../../../local/provider/values.ts";
import { attachEngine, type Engine } from "./engine.ts";
import { type RecordedApi, recordedApi, type SeenRequest } from "./recorded-api.ts";
import { type RecordedCall, type RecordedHttp, type Recording, recording } from "./recording.ts";

const RECORDED_ORIGIN = "http://127.0.0.1:8801";
const TOKEN = "lab_token_0123456789_0123456789_0123456789ab";

let stop: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of stop.reverse()) await end();
  stop = [];
});

const noWaiting: Clock = { now: () => 0, random: () => 0, wait: async () => {} };

type Replay = { engine: Engine; api: RecordedApi; provider: RunningProvider; folder: string };

async function startReplay(recorded: Recording): Promise<Replay> {
  const folder = mkdtempSync(join(tmpdir(), "replay-"));
  const api = await recordedApi(recorded.http);
  const provider = await startProvider({ clock: noWaiting, project: folder });
  const engine = attachEngine(provider.port);
  await engine.handshake();
  await engine.configure({ baseUrl: `${api.origin}/client/v4`, apiToken: TOKEN });
  stop.push(
    async () => rmSync(folder, { recursive: true, force: true }),
    () => api.stop(),
    () => provider.stop(),
    async () => engine.close(),
  );
  return { engine, api, provider, folder };
}

/** The program's file as it was at this call. */
function writeProgramFile(recorded: Recording, inputs: Properties, folder: string): void {
  for (const { contentFile, contentSha256 } of [inputs, ...asList(inputs.modules).map(asProperties)]) {
    // A module is named without its hash: its recording has one content.
    const [only] = inputs.modules === undefined ? [] : recorded.contents.values();
    const content = recorded.contents.get(asString(contentSha256)) ?? only;
    const file = asString(contentFile).split("/").at(-1);
    if (content !== undefined && file) writeFileSync(join(folder, file), content);
  }
}

async function outcome(replay: Replay, { call, request }: RecordedCall): Promise<Properties> {
  const { engine } = replay;
  const { type = "", urn = "", id = "", tok = "" } = request;
  const part = (name: string): Properties => asProperties(request[name] ?? null);
  switch (call) {
    case "Check": {
      const { inputs, reasons } = await engine.check(type, urn, part("news"));
      return reasons.length === 0 ? { inputs } : { inputs, failures: reasons.map((reason) => ({ reason })) };
    }
    case "Diff": {
      const { changes, diffs, replaces } = await engine.diff(type, urn, id, part("olds"), part("news"));
      const some = { changes: "DIFF_SOME", diffs, ...(replaces.length === 0 ? {} : { replaces }) };
      return changes ? some : { changes: "DIFF_NONE" };
    }
    case "Create": {
      const made = await engine.create(type, urn, part("properties"), request.preview === true);
      return made.id === "" ? { properties: made.properties } : made;
    }
    case "Read": {
      const read = await engine.read(type, urn, id, part("properties"), part("inputs"));
      return read.id === "" ? { properties: {}, inputs: {} } : read;
    }
    case "Update":
      return engine.update(type, urn, id, part("olds"), part("news"), request.preview === true);
    case "Delete":
      await engine.delete(type, urn, id, part("properties"));
      return {};
    case "Invoke":
      return { return: await engine.invoke(tok, part("args")) };
  }
}

/** Schedules are a set: the official provider orders them by hashes of its own. */
function withSortedSchedules(response: Properties): Properties {
  const state = asProperties(response.properties ?? null);
  if (!Array.isArray(state.schedules)) return response;
  const cron = (value: Value) => asString(asProperties(value).cron);
  const schedules = state.schedules.toSorted((a, b) => (cron(a) < cron(b) ? -1 : 1));
  return { ...response, properties: { ...state, schedules } };
}

/** Runs every recorded call of the engine and expects the official provider's answers. */
async function replayCalls(replay: Replay, recorded: Recording): Promise<void> {
  const here = (text: string): string => text.replaceAll(RECORDED_ORIGIN, replay.api.origin);
  for (const call of recorded.calls) {
    const request = JSON.parse(JSON.stringify(call.request).replaceAll("PATH/", `${replay.folder}/`));
    const inputs = asProperties(request.news ?? request.properties ?? null);
    writeProgramFile(recorded, inputs, replay.folder);
    const label = `${call.call} ${call.request.urn ?? call.request.tok}`;
    const [error] = call.errors ?? [];
    if (error !== undefined) {
      const text = here(error.replace("rpc error: code = Unknown desc = ", ""));
      await expect(outcome(replay, { ...call, request }), label).rejects.toThrow(text);
      continue;
    }
    const actual = JSON.stringify(await outcome(replay, { ...call, request }));
    const expected = withSortedSchedules(asProperties(call.response ?? null));
    const relative: Properties = JSON.parse(actual.replaceAll(`${replay.folder}/`, "PATH/"));
    expect(withSortedSchedules(relative), label).toEqual(expected);
  }
}

function seenParts(seen: SeenRequest) {
  const boundary = String(seen.headers["content-type"]).split("boundary=")[1];
  return seen.body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => {
      const [head = "", ...rest] = part.slice(2, -2).split("\r\n\r\n");
      const body = rest.join("\r\n\r\n");
      const field = (pattern: RegExp) => pattern.exec(head)?.[1];
      return {
        name: field(/; name="([^"]*)"/),
        filename: field(/filename="([^"]*)"/),
        contentType: field(/Content-Type: (.*)/),
        size: Buffer.byteLength(body),
        body,
      };
    });
}

function expectSameRequest(seen: SeenRequest, recorded: RecordedHttp, contents: Map<string, string>): void {
  const label = recorded.http;
  expect(seen.headers.accept, label).toBe(recorded.accept);
  if (recorded.body !== undefined) {
    const sent: unknown = JSON.parse(seen.body);
    // Schedules are a set.
    if (Array.isArray(recorded.body)) expect(sent, label).toEqual(expect.arrayContaining(recorded.body));
    else expect(sent, label).toEqual(recorded.body);
  }
  const parts = recorded.parts === undefined ? [] : seenParts(seen);
  expect(parts.length, label).toBe(recorded.parts?.length ?? 0);
  recorded.parts?.forEach((expected, index) => {
    const { name, filename, contentType, size, text, sha256, json } = expected;
    const { body, ...sent } = parts[index] ?? { body: "" };
    expect(sent, label).toEqual({ name, filename, contentType, size });
    if (json === undefined) expect(body, label).toBe(text ?? contents.get(sha256 ?? ""));
    else expect(JSON.parse(body), label).toEqual(json);
  });
}

/** Replays a recording and expects the same answers to the engine and the same requests to the API. */
async function expectSameAsOfficial(name: string): Promise<void> {
  const recorded = recording(name);
  const replay = await startReplay(recorded);
  await replayCalls(replay, recorded);
  expect(replay.api.unused()).toEqual([]);
  const left = [...recorded.http];
  for (const seen of replay.api.seen) {
    const index = left.findIndex(({ http }) => http === seen.http);
    const [match] = left.splice(index, index < 0 ? 0 : 1);
    expect(match, `${seen.http} was not made by the official provider`).toBeDefined();
    if (match !== undefined) expectSameRequest(seen, match, recorded.contents);
  }
}

describe("the stand-in does what the recorded official provider did", () => {
  it.each([
    ["first-preview", "a first preview makes no call and shows the same unknowns"],
    ["first-up", "a first up makes the same requests and gives the same outputs"],
    ["second-up", "a second up changes nothing"],
    ["refresh", "a refresh asks the same questions"],
    ["content-with-old-migrations", "migrations left in the program are sent again"],
    ["new-migration", "a new migration goes with code and bindings in one upload"],
    ["others-in-place", "titles, values, patterns, flags and schedules change in place"],
    ["hostname-replaced", "another hostname is a new domain"],
    ["destroy", "a destroy deletes all but the schedules"],
    ["destroy-of-gone", "deleting what is gone already is an error"],
    ["binding-added-by-hand", "a binding added by hand is removed again"],
    ["secret-removed-by-hand", "a secret removed by hand is set again"],
    ["script-deleted-by-hand", "a script deleted by hand leaves the state"],
    ["minimal-script", "a script with nothing but its content uses the same defaults"],
    ["inherit-binding", "an inherited binding is sent by name and type"],
    ["content-twice", "content given twice is refused in the same words"],
    ["unavailable-for-ever", "an API that stays unavailable is asked eleven times"],
    ["import-namespace", "a namespace is imported by account and id"],
    ["import-key", "a key is imported by its escaped name"],
    ["import-subdomain", "a subdomain is imported by account and script"],
    ["import-route", "a route is imported by zone and id"],
    ["import-domain", "a domain is imported by account and id"],
    ["import-cron", "schedules are imported without their contents"],
    ["import-script", "a script is imported without its secrets"],
    ["import-deployment", "a deployment is imported by account, script and id"],
    ["workers-first-up", "a Worker, its version and its deployment are made one after the other"],
    ["workers-refresh", "a refresh of a Worker reads its version with the code and finds no change"],
    ["workers-rename", "another name is put in place, and its deployment replaced"],
    ["workers-split", "a second version and other shares are another deployment"],
    ["workers-destroy", "a destroy deletes the Worker, and makes no call for versions and deployments"],
    ["import-malformed", "an import id of the wrong form is refused in the same words"],
    ["import-missing", "importing what is not there fails with the API's answer"],
  ])("%s: %s", (name) => expectSameAsOfficial(name));
});

describe("the recordings", () => {
  it("hold both sides: calls of the engine and requests to the API", () => {
    const { calls, http } = recording("first-up");
    expect(calls.filter(({ call }) => call === "Create").length).toBe(7);
    expect(http.filter((request) => request.http.startsWith("PUT")).length).toBe(4);
  });
});
