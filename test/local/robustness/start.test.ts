/** What stands in the way of a start, as a person meets it: the process's exit code and its one message. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type AccountProcess, startProcess } from "../account-process.ts";
import { workerdPids } from "../workerd-pids.ts";

let directory: string;
const started: AccountProcess[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "start-"));
});
afterEach(async () => {
  await end();
  for (const pid of workerdPids(directory)) process.kill(pid, "SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

async function start(): Promise<AccountProcess> {
  const account = await startProcess(directory);
  started.push(account);
  return account;
}

async function end(): Promise<void> {
  for (const account of started.splice(0)) {
    account.child.kill("SIGTERM");
    await account.ended;
  }
}

it("with a damaged state file: exit 1, the file named and kept aside, again at the next try, until it is put right", async () => {
  const { accountId } = await start();
  await end();
  const file = join(directory, "account.sqlite");
  const good = readFileSync(file);
  writeFileSync(file, Buffer.from(good).fill(0xa5, 100, 4000));
  const named = /^exit 1: The state file \S*account.sqlite.*kept as \S*account.sqlite.damaged.*--fresh/;
  await expect(start()).rejects.toThrow(named);
  await expect(start()).rejects.toThrow(/^exit 1: The state file was damaged earlier/);
  expect(existsSync(file)).toBe(false);
  expect(workerdPids(directory)).toEqual([]);
  expect(existsSync(join(directory, "account.lock"))).toBe(false);

  writeFileSync(file, good);
  expect((await start()).accountId).toBe(accountId);
});

it("of two at the very same time on one folder exactly one comes up", async () => {
  const both = await Promise.allSettled([start(), start()]);
  const failed = both.filter((outcome) => outcome.status === "rejected");
  expect(both.filter((outcome) => outcome.status === "fulfilled")).toHaveLength(1);
  expect(String(failed[0]?.reason)).toMatch(/exit 1: .* is in use by another local account/);
});
