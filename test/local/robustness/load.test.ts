/** Many clients at once, and an account that is killed while they work. Bounded in calls and time. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { type AccountProcess, startProcess } from "../account-process.ts";
import { uploadForm } from "../test-account.ts";
import { workerdPids } from "../workerd-pids.ts";

const CLIENTS = 8;
const CALLS = 2_000;
/** Written before the account is killed, at least. */
const WRITES_BEFORE_KILL = 150;

const idSchema = z.object({ result: z.object({ id: z.string() }) });
const listSchema = z.object({ result: z.array(z.object({ title: z.string() })) });
const keysSchema = z.object({
  result: z.array(z.object({ name: z.string() })),
  result_info: z.object({ cursor: z.string() }),
});

let directory: string;
const started: AccountProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "robust-"));
});
afterEach(async () => {
  for (const account of started.splice(0)) {
    account.child.kill("SIGKILL");
    await account.ended;
  }
  for (const pid of workerdPids(directory)) process.kill(pid, "SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

async function start(): Promise<AccountProcess> {
  const account = await startProcess(directory);
  started.push(account);
  return account;
}

const call = (account: AccountProcess, method: string, path: string, body?: string | FormData) =>
  fetch(`${account.apiUrl}/accounts/${account.accountId}/${path}`, {
    method,
    headers: { authorization: `Bearer ${account.apiToken}` },
    ...(body === undefined ? {} : { body }),
  });

const NAMESPACES = "storage/kv/namespaces";

async function makeNamespace(account: AccountProcess, title: string): Promise<string> {
  const answer = await call(account, "POST", NAMESPACES, JSON.stringify({ title }));
  return idSchema.parse(await answer.json()).result.id;
}

async function keysOf(account: AccountProcess, namespace: string): Promise<Set<string>> {
  const keys = new Set<string>();
  let cursor = "";
  do {
    const answer = await call(
      account,
      "GET",
      `${NAMESPACES}/${namespace}/keys?cursor=${encodeURIComponent(cursor)}`,
    );
    const page = keysSchema.parse(await answer.json());
    for (const { name } of page.result) keys.add(name);
    cursor = page.result_info.cursor;
  } while (cursor !== "");
  return keys;
}

async function titlesOf(account: AccountProcess): Promise<Set<string>> {
  const titles = new Set<string>();
  for (let page = 1; ; page++) {
    const answer = await call(account, "GET", `${NAMESPACES}?per_page=100&page=${page}`);
    const { result } = listSchema.parse(await answer.json());
    for (const { title } of result) titles.add(title);
    if (result.length === 0) return titles;
  }
}

async function deployWorker(account: AccountProcess): Promise<void> {
  const code = 'export default { fetch() { return new Response("served"); } };';
  expect((await call(account, "PUT", "workers/scripts/own", uploadForm(code))).status).toBe(200);
  await call(account, "POST", "workers/scripts/own/subdomain", JSON.stringify({ enabled: true }));
}

it(`${CALLS} calls from ${CLIENTS} clients at once are all answered, and all that they wrote is there`, async () => {
  const account = await start();
  await deployWorker(account);
  const shared = await makeNamespace(account, "shared");
  const statuses = new Map<string, number>();
  const client = async (number: number) => {
    for (let turn = 0; turn < CALLS / CLIENTS; turn++) {
      const key = `${number}-${turn}`;
      const answer = await oneOf(account, turn, shared, key);
      await answer.arrayBuffer();
      const seen = `${turn % KINDS}: ${answer.status}`;
      statuses.set(seen, (statuses.get(seen) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
  expect(Object.fromEntries(statuses)).toEqual(
    Object.fromEntries(Array.from({ length: KINDS }, (_, kind) => [`${kind}: 200`, CALLS / KINDS])),
  );
  expect((await keysOf(account, shared)).size).toBe(CALLS / KINDS);
  expect((await titlesOf(account)).size).toBe(CALLS / KINDS + 1);
  expect(await (await fetch(account.edgeUrl)).text()).toBe("served");
}, 60_000);

const KINDS = 5;

/** A write to KV, one to the state, two reads, and a visit through the edge. */
function oneOf(account: AccountProcess, turn: number, namespace: string, key: string): Promise<Response> {
  switch (turn % KINDS) {
    case 0:
      return call(account, "PUT", `${NAMESPACES}/${namespace}/values/${key}`, key);
    case 1:
      return call(account, "POST", NAMESPACES, JSON.stringify({ title: key }));
    case 2:
      return call(account, "GET", "workers/scripts/own/settings");
    case 3:
      return call(account, "GET", `${NAMESPACES}/${namespace}`);
    default:
      return fetch(account.edgeUrl);
  }
}

it("killed while eight clients write: everything that was answered is there after the next start", async () => {
  const first = await start();
  await deployWorker(first);
  const shared = await makeNamespace(first, "shared");
  const keys = new Set<string>();
  const titles = new Set<string>();
  const client = async (number: number) => {
    for (let turn = 0; ; turn++) {
      const key = `${number}-${turn}`;
      try {
        const value = await call(first, "PUT", `${NAMESPACES}/${shared}/values/${key}`, key);
        if (value.status === 200) keys.add(key);
        const namespace = await call(first, "POST", NAMESPACES, JSON.stringify({ title: key }));
        if (namespace.status === 200) titles.add(key);
      } catch {
        return;
      }
      if (keys.size >= WRITES_BEFORE_KILL) first.child.kill("SIGKILL");
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));
  await first.ended;
  expect(keys.size).toBeGreaterThanOrEqual(WRITES_BEFORE_KILL);

  const second = await start();
  const [foundKeys, foundTitles] = [await keysOf(second, shared), await titlesOf(second)];
  expect([...keys].filter((key) => !foundKeys.has(key))).toEqual([]);
  expect([...titles].filter((title) => !foundTitles.has(title))).toEqual([]);
  expect(await (await fetch(second.edgeUrl)).text()).toBe("served");
}, 60_000);
