import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AccountProcess, startProcess } from "./account-process.ts";
import { eventually, uploadForm } from "./test-account.ts";
import { workerdPids } from "./workerd-pids.ts";

let directory: string;
const started: AccountProcess[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "account-process-"));
});
afterEach(async () => {
  for (const account of started.splice(0)) {
    account.child.kill("SIGKILL");
    await account.ended;
  }
  for (const pid of workerdPids(directory)) process.kill(pid, "SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

async function start(port = 0, apiPort = 0): Promise<AccountProcess> {
  const account = await startProcess(directory, port, apiPort);
  started.push(account);
  return account;
}

const counter = `import { DurableObject } from "cloudflare:workers";
export class Counter extends DurableObject {
  add() {
    this.ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS t (v)");
    this.ctx.storage.sql.exec("INSERT INTO t VALUES (1)");
    return this.ctx.storage.sql.exec("SELECT count(*) AS n FROM t").one().n;
  }
}
export default { async fetch(r, env) { return new Response("VERSION " + await env.C.getByName("a").add()); } };`;
const binding = { type: "durable_object_namespace", name: "C", class_name: "Counter" };

function put(account: AccountProcess, version: string, migrations?: object): Promise<Response> {
  const form = uploadForm(counter.replace("VERSION", version), { bindings: [binding], migrations });
  return call(account, "PUT", "workers/scripts/counter", form);
}

const call = (account: AccountProcess, method: string, path: string, body: FormData | string) =>
  fetch(`${account.apiUrl}/accounts/${account.accountId}/${path}`, {
    method,
    body,
    headers: { authorization: `Bearer ${account.apiToken}` },
  });

const visit = async (account: AccountProcess) => (await fetch(account.edgeUrl)).text();

async function deployCounter(account: AccountProcess): Promise<void> {
  const v1 = { new_tag: "v1", new_sqlite_classes: ["Counter"] };
  expect((await put(account, "one", v1)).status).toBe(200);
  await call(account, "POST", "workers/scripts/counter/subdomain", JSON.stringify({ enabled: true }));
}

/** One workerd for the one Worker, one for the KV namespaces. */
const SERVING = 2;

describe("killed with -9", () => {
  it("the next start serves the last deployment with all data, under the same id and token", async () => {
    const first = await start();
    await deployCounter(first);
    expect(await visit(first)).toBe("one 1");
    first.child.kill("SIGKILL");
    await first.ended;
    const second = await start();
    expect(await visit(second)).toBe("one 2");
    expect(second).toMatchObject({
      accountId: first.accountId,
      apiToken: first.apiToken,
      zoneId: first.zoneId,
    });
    expect(workerdPids(directory)).toHaveLength(SERVING);
  });

  it("in the middle of an upload: the old or the new deployment, never half of one", async () => {
    const first = await start();
    await deployCounter(first);
    const uploading = put(first, "two").then(
      (answer) => answer.status,
      () => "lost",
    );
    // One more is the trial of the upload.
    await eventually(() => expect(workerdPids(directory).length).toBeGreaterThan(SERVING));
    first.child.kill("SIGKILL");
    await first.ended;
    const outcome = await uploading;
    const second = await start();
    expect(workerdPids(directory)).toHaveLength(SERVING);
    expect(await visit(second)).toMatch(outcome === 200 ? /^two 1$/ : /^(one|two) 1$/);
    expect((await put(second, "three")).status).toBe(200);
    expect(await visit(second)).toBe("three 2");
  });
});

it("Ctrl-C, which reaches workerd too, ends everything cleanly", async () => {
  const account = await start();
  for (const pid of workerdPids(directory)) process.kill(pid, "SIGINT");
  account.child.kill("SIGINT");
  expect(await account.ended).toBe(0);
  expect(workerdPids(directory)).toEqual([]);
});

describe("two accounts", () => {
  it("on one folder: the second is refused and names the first", async () => {
    const first = await start();
    await expect(start()).rejects.toThrow(new RegExp(`exit 1: .*in use.*process ${first.pid}`, "s"));
    expect((await fetch(first.edgeUrl)).status).toBe(404);
  });

  it("on one port: exit 1 with one line that names port and flag, and the folder is free again", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await expect(start(port)).rejects.toThrow(
      new RegExp(`^exit 1: Port ${port} on 127.0.0.1 is taken.*--port\\.\\n$`),
    );
    await expect(start(0, port)).rejects.toThrow(/--api-port/);
    other.close();
    expect(workerdPids(directory)).toEqual([]);
    await start();
  });
});

it("SIGTERM ends everything cleanly, and account.json lives exactly as long as the account", async () => {
  const account = await start();
  const file = join(directory, "account.json");
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
    pid: account.pid,
    apiToken: account.apiToken,
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(join(directory, "account.sqlite")).mode & 0o777).toBe(0o600);
  account.child.kill("SIGTERM");
  expect(await account.ended).toBe(0);
  expect(existsSync(file)).toBe(false);
  expect(existsSync(join(directory, "account.lock"))).toBe(false);
  expect(workerdPids(directory)).toEqual([]);
});
