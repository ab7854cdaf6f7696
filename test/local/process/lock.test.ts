import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FolderHeld, takeLock } from "../../../local/process/lock.ts";
import { startTimeOf } from "../../../local/process/start-time.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "account-lock-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("a held lock is refused, and the refusal names the holder", () => {
  const lock = takeLock(folder);
  expect(() => takeLock(folder)).toThrow(FolderHeld);
  expect(() => takeLock(folder)).toThrow(`process ${process.pid}`);
  lock.release();
  takeLock(folder).release();
});

it("the lock of a process that is gone is taken over", () => {
  writeFileSync(join(folder, "account.lock"), JSON.stringify({ pid: 2 ** 22 + 1, startTime: "1" }));
  takeLock(folder).release();
});

it("a pid that another process has got since does not hold the lock", () => {
  writeFileSync(join(folder, "account.lock"), JSON.stringify({ pid: process.pid, startTime: "1" }));
  takeLock(folder).release();
});

it("a lock file of garbage is taken over", () => {
  writeFileSync(join(folder, "account.lock"), "not json");
  takeLock(folder).release();
});

it("start times tell the living from the gone", () => {
  expect(startTimeOf(process.pid)).toMatch(/^(\d+|unknown)$/);
  expect(startTimeOf(2 ** 22 + 1)).toBeUndefined();
});
