import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { judgeLocks, type Lock, lockedMessage, locksOf, thisHost } from "../../../scripts/up/locks.ts";

const lock = (part: Partial<Lock>): Lock => ({
  pid: 42,
  hostname: "here",
  username: "me",
  timestamp: "2026-11-24T20:00:00Z",
  ...part,
});
const here = (...alive: number[]) => ({ hostname: "here", isAlive: (pid: number) => alive.includes(pid) });

test("a lock of a process of this host that is gone may be dropped", () => {
  expect(judgeLocks([lock({})], here())).toBe("dead");
});

test("a lock of a living process, or of another host, is respected and named", () => {
  expect(judgeLocks([lock({})], here(42))).toMatchObject({ pid: 42 });
  expect(judgeLocks([lock({ hostname: "there" })], here())).toMatchObject({ hostname: "there" });
  expect(lockedMessage(lock({ hostname: "there" }), "dev")).toMatch(/dev.*42.*me.*there.*cancel dev/s);
});

test("one living lock among dead ones is enough to wait", () => {
  expect(judgeLocks([lock({ pid: 1 }), lock({ pid: 2 })], here(2))).toMatchObject({ pid: 2 });
});

test("locks are found where the CLI keeps them, a half-written one is left to the CLI", () => {
  const state = mkdtempSync(path.join(os.tmpdir(), "edge-chat-locks-"));
  onTestFinished(() => rmSync(state, { recursive: true }));
  const folder = path.join(state, ".pulumi/locks/organization/p/dev");
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "a.json"), JSON.stringify(lock({})));
  writeFileSync(path.join(folder, "b.json"), '{"pid":');
  expect(locksOf(`file://${state}`, "p", "dev")).toEqual([lock({})]);
  expect(locksOf(`file://${state}`, "p", "other")).toEqual([]);
  expect(locksOf("s3://states", "p", "dev")).toEqual([]);
  expect(judgeLocks([], here())).toBe("free");
});

test("a process that only has the number of a dead one does not hold its lock", () => {
  const since = (ms: number) => new Date(Date.now() + ms).toISOString();
  expect(thisHost.isAlive(process.pid, since(0))).toBe(true);
  expect(thisHost.isAlive(process.pid, since(-86_400_000))).toBe(false);
  expect(thisHost.isAlive(2 ** 30, since(0))).toBe(false);
});
