import { readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IsolatedChat, killGroup, type Running } from "./support/isolated-chat.ts";
import { within } from "./support/within.ts";

const chat = new IsolatedChat();
/** The retries of a client whose first answers are lost take a while. */
const SLOW_MS = 300_000;

beforeAll(async () => {
  await chat.startAccount();
});
afterAll(() => chat.dispose());

type Fault = {
  method: string;
  path: string;
  times?: number;
  action: { kind: string };
  when: "before" | "after";
};

/** Makes the account fail on purpose; without faults it behaves again. */
async function arm(...faults: Fault[]): Promise<void> {
  const { apiUrl, apiToken } = chat.account;
  const answer = await fetch(new URL("/__local/faults", apiUrl), {
    method: "POST",
    headers: { authorization: `Bearer ${apiToken}`, "content-type": "application/json" },
    body: JSON.stringify(faults),
  });
  if (!answer.ok) throw new Error(`the account took no faults: ${answer.status} ${await answer.text()}`);
}

const UPLOAD = { method: "PUT", path: "/workers/scripts/[^/]+$" };
const CREATE_NAMESPACE = { method: "POST", path: "/storage/kv/namespaces$" };
const CREATE_ROUTE = { method: "POST", path: "/workers/routes$" };
const lockFolder = path.join(chat.localFolder, "state/.pulumi/locks/organization/edge-websocket-chat/local");

const locks = (): string[] => {
  try {
    return readdirSync(lockFolder).filter((file) => file.endsWith(".json"));
  } catch {
    return [];
  }
};

/** Starts an up that stands still in the middle: the account does not answer one of its calls. */
async function upThatHangs(fault: { method: string; path: string }, when: Fault["when"]): Promise<Running> {
  await arm({ ...fault, times: 100, action: { kind: "hang" }, when });
  const up = chat.start("up", "local");
  const reached = /creating|updating/;
  await within(60_000, "up to reach the call that hangs", async () => {
    if (up.child.exitCode !== null) throw new Error(`up ended: ${up.output()}`);
    return locks().length > 0 && reached.test(up.output().split("Updating (local)")[1] ?? "")
      ? true
      : undefined;
  });
  await within(60_000, "the state to say what is being done", async () => {
    const state = await chat.npm("pulumi", "stack", "export", "--stack", "local");
    return state.stdout.includes('"pending_operations"') ? true : undefined;
  });
  return up;
}

async function expectWhole(): Promise<void> {
  await chat.mustNpm("preview", "local", "--expect-no-changes");
  expect(await chat.mustNpm("smoke", "local")).toMatch(/a resume replayed/);
  expect(locks()).toEqual([]);
}

describe("an up that was killed needs no repair by hand", () => {
  test.each([
    ["before the namespace was created", CREATE_NAMESPACE, "before"],
    ["after the namespace was created, before its answer", CREATE_NAMESPACE, "after"],
    ["before the script was uploaded", UPLOAD, "before"],
    ["after the script was uploaded, before its answer", UPLOAD, "after"],
    ["after the route was created, before its answer", CREATE_ROUTE, "after"],
  ] as const)("killed with -9 %s: the next up completes the chat", async (_, call, when) => {
    await chat.npm("destroy", "local", "--yes");
    const hanging = await upThatHangs(call, when);
    killGroup(hanging.child.pid ?? 0);
    await hanging.ended;
    expect(locks().length).toBeGreaterThan(0);
    await arm();
    expect(await chat.mustNpm("up", "local")).toMatch(/a killed run left its lock/);
    await expectWhole();
  });

  test("given up by Ctrl-C while Cloudflare does not answer, it ends by itself; the next up completes the chat", async () => {
    await chat.npm("destroy", "local", "--yes");
    const hanging = await upThatHangs(UPLOAD, "after");
    hanging.child.kill("SIGINT");
    expect(await hanging.ended).not.toBe(0);
    expect(hanging.output()).toMatch(/context canceled/);
    await arm();
    await chat.mustNpm("up", "local");
    await expectWhole();
  });

  test("and neither when the account came back on other ports", async () => {
    await chat.mustNpm("destroy", "local", "--yes");
    const hanging = await upThatHangs(UPLOAD, "before");
    killGroup(hanging.child.pid ?? 0);
    await hanging.ended;
    await chat.killAccount();
    await chat.startAccount();
    await chat.mustNpm("up", "local");
    await expectWhole();
  });

  test("while an up is at work, another one is refused, with the process that holds the stack", async () => {
    await chat.mustNpm("destroy", "local", "--yes");
    const hanging = await upThatHangs(UPLOAD, "before");
    const second = await chat.npm("up", "local");
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/being changed by process \d+ of .* on .* since .*Wait for it/);
    await arm();
    killGroup(hanging.child.pid ?? 0);
    await hanging.ended;
    await chat.mustNpm("up", "local");
    await expectWhole();
  });
});

describe("an up whose answers are lost on the way settles by itself", () => {
  test.each([
    ["the namespace's", CREATE_NAMESPACE],
    ["the upload's", UPLOAD],
  ] as const)(
    "%s: created without an answer, refused when repeated, and taken into the state",
    async (_, call) => {
      await chat.npm("destroy", "local", "--yes");
      await arm({ ...call, times: 1, action: { kind: "reset" }, when: "after" });
      const said = await chat.mustNpm("up", "local");
      expect(said).toMatch(/an earlier answer was lost/);
      await expectWhole();
    },
    SLOW_MS,
  );

  test("a namespace of that title with somebody else's keys is left alone", async () => {
    await chat.npm("destroy", "local", "--yes");
    const { accountId } = chat.account;
    const namespaces = `/accounts/${accountId}/storage/kv/namespaces`;
    const title = "edge-chat-local-directory";
    const { body } = await chat.api(namespaces, { method: "POST", body: JSON.stringify({ title }) });
    const { id } = (body as { result: { id: string } }).result;
    await chat.api(`${namespaces}/${id}/values/theirs`, { method: "PUT", body: "1" });
    const answer = await chat.npm("up", "local");
    expect(answer.code).toBe(1);
    expect(answer.stderr).toMatch(/not the chat's: it holds the key "theirs".*kvTitle/);
    await chat.api(`${namespaces}/${id}`, { method: "DELETE" });
    await chat.mustNpm("up", "local");
    await expectWhole();
  });
});
