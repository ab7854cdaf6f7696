/** A disk that is full, as a small file system in memory where one can be mounted: Linux, as root. */
import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { isDiskFull } from "../../../local/api/disk-full.ts";
import { startTestAccount, type TestAccount } from "../test-account.ts";

const DISK_BYTES = 16 * 1024 * 1024;

let disk: string;
let mounted: boolean;
beforeEach(() => {
  disk = mkdtempSync(join(tmpdir(), "full-disk-"));
  mounted = mount();
});
afterEach(() => {
  if (mounted) execFileSync("umount", ["--lazy", disk]);
  rmSync(disk, { recursive: true, force: true });
});

function mount(): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", disk], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const worker = (says: string) => `export default { fetch() { return new Response("${says}"); } };`;

/** Takes all room that is left. */
function fill(): void {
  const file = openSync(join(disk, "filler"), "a");
  for (const size of [64 * 1024, 4096, 512])
    try {
      for (;;) writeSync(file, Buffer.alloc(size));
    } catch {
      // Full: the next smaller piece.
    }
  closeSync(file);
}

const FULL = { status: 500, code: 10013, message: expect.stringMatching(/^The disk that holds .* is full/) };

async function liveThroughIt(account: TestAccount): Promise<void> {
  const namespaces = "A/storage/kv/namespaces";
  const { id } = z
    .object({ id: z.string() })
    .parse((await account.call("POST", namespaces, { title: "before" })).result);
  const values = `${namespaces}/${id}/values`;
  await account.call("PUT", `${values}/before`, "kept");
  await account.upload("own", worker("one"));
  await account.call("POST", "A/workers/scripts/own/subdomain", { enabled: true });
  const visit = async () => (await account.visit("own.local.localhost")).text();

  fill();
  // What fits into pages that are there already may still be stored: the call is bigger than any of them.
  expect(await account.call("POST", namespaces, { title: "t".repeat(500) })).toMatchObject(FULL);
  fill();
  expect(await account.call("PUT", `${values}/big`, "v".repeat(100_000))).toMatchObject(FULL);
  fill();
  expect(await account.upload("own", `${worker("two")}//${"c".repeat(200_000)}`)).toMatchObject(FULL);
  expect(await visit()).toBe("one");
  expect((await account.call("GET", namespaces)).result).toMatchObject([{ title: "before" }]);

  rmSync(join(disk, "filler"));
  expect((await account.call("POST", namespaces, { title: "after" })).status).toBe(200);
  expect((await account.call("PUT", `${values}/after`, "v".repeat(100_000))).status).toBe(200);
  expect((await account.upload("own", worker("three"))).status).toBe(200);
  expect(await visit()).toBe("three");
}

describe("a full disk", { timeout: 60_000 }, () => {
  it("fails calls with a reason, loses nothing that was stored, and is over when there is room again", async () => {
    // Without the right to mount, the words of SQLite's own refusal are all that can be shown.
    if (!mounted) return provesWordsOnly();
    const account = await startTestAccount({ directory: join(disk, "account") });
    try {
      await liveThroughIt(account);
    } finally {
      await account.stop();
    }
    const again = await startTestAccount({ directory: join(disk, "account") });
    try {
      expect(await (await again.visit("own.local.localhost")).text()).toBe("three");
      expect((await again.call("GET", "A/storage/kv/namespaces")).result).toHaveLength(2);
    } finally {
      await again.stop();
    }
  });

  it("is told apart from other failures", provesWordsOnly);
});

function provesWordsOnly(): void {
  const db = new DatabaseSync(join(tmpdir(), `full-${process.pid}.sqlite`));
  try {
    db.exec("CREATE TABLE IF NOT EXISTS t (v); PRAGMA max_page_count = 2");
    const failure = (sql: string): unknown => {
      try {
        db.exec(sql);
      } catch (error) {
        return error;
      }
      throw new Error(`${sql} did not fail`);
    };
    expect(isDiskFull(failure("INSERT INTO t VALUES (zeroblob(100000))"), tmpdir())).toBe(true);
    expect(isDiskFull(failure("INSERT INTO nowhere VALUES (1)"), tmpdir())).toBe(false);
    expect(isDiskFull(new Error("something else"), tmpdir())).toBe(false);
  } finally {
    const file = db.location();
    db.close();
    if (file !== null) rmSync(file, { force: true });
  }
}
