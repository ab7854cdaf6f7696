import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { exclusively } from "../../../scripts/toolchain/exclusive.ts";
import { within } from "../../e2e/support/within.ts";

const holderScript = fileURLToPath(new URL("hold-lock.ts", import.meta.url));
let folder = "";
let lock = "";

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "edge-chat-exclusive-"));
  lock = path.join(folder, "lock");
  return () => rmSync(folder, { recursive: true });
});

/** A process of its own that takes the lock and keeps it until it is killed. */
async function holder() {
  const child = spawn(process.execPath, [holderScript, lock], { stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  await within(10_000, "the other process to take the lock", async () =>
    existsSync(lock) ? true : undefined,
  );
  return child;
}

test("two that want the same run one after the other", async () => {
  const order: string[] = [];
  const work = (name: string) => async () => {
    order.push(`${name} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    order.push(`${name} ends`);
  };
  await Promise.all([exclusively(lock, () => {}, work("a")), exclusively(lock, () => {}, work("b"))]);
  expect([order[0]?.[0], order[2]?.[0]]).toEqual([order[1]?.[0], order[3]?.[0]]);
});

test("the lock of a process that was killed with -9 is taken over", async () => {
  const child = await holder();
  let waitedFor = 0;
  const result = exclusively(
    lock,
    ({ pid }) => {
      waitedFor = pid;
    },
    async () => "done",
  );
  await within(5_000, "us to wait for the holder", async () => (waitedFor === child.pid ? true : undefined));
  child.kill("SIGKILL");
  await expect(result).resolves.toBe("done");
  expect(existsSync(lock)).toBe(false);
});

test("a lock file cut off by a power failure does not block for ever", async () => {
  writeFileSync(lock, "");
  await expect(
    exclusively(
      lock,
      () => {},
      async () => "done",
    ),
  ).resolves.toBe("done");
});

test("the lock is given back when the work fails, and names its holder while it runs", async () => {
  const work = exclusively(
    lock,
    () => {},
    async () => {
      expect(JSON.parse(readFileSync(lock, "utf8"))).toMatchObject({ pid: process.pid });
      throw new Error("no");
    },
  );
  await expect(work).rejects.toThrow("no");
  expect(existsSync(lock)).toBe(false);
});
