import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DamagedState } from "../../../local/state/damage.ts";
import { openDatabase } from "../../../local/state/database.ts";
import { ensureIdentity, listZones } from "../../../local/state/identity.ts";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "damage-"));
  file = join(folder, "account.sqlite");
  let id = 0;
  const db = openDatabase(file);
  ensureIdentity(db, { hexId: () => String(id++), token: () => "token", now: () => "now" });
  db.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

const message = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(DamagedState);
    return error instanceof Error ? error.message : "";
  }
  throw new Error("it opened");
};

describe("a state file that cannot be trusted", () => {
  it.each([
    [
      "is no database",
      () => writeFileSync(file, "not a database, but long enough to be looked at".repeat(100)),
    ],
    ["is torn in the middle", () => writeFileSync(file, torn(readFileSync(file)))],
    ["was cut", () => truncateSync(file, 5000)],
  ])("that %s is named, kept as it was, and not made anew, however often one starts", (_, damage) => {
    damage();
    const before = readFileSync(file);
    const first = message(() => openDatabase(file));
    expect(first).toContain(`${file} is damaged (`);
    expect(first).toContain(`kept as ${file}.damaged`);
    expect(first).toContain("npm start -- --fresh");
    expect(readFileSync(`${file}.damaged`)).toEqual(before);
    expect(message(() => openDatabase(file))).toContain(`kept as ${file}.damaged`);
    expect(existsSync(file)).toBe(false);
  });

  it("is put right by a good copy", () => {
    const good = readFileSync(file);
    writeFileSync(file, "damaged".repeat(1000));
    message(() => openDatabase(file));
    writeFileSync(file, good);
    const db = openDatabase(file);
    expect(listZones(db)).toHaveLength(1);
    db.close();
  });

  it("that is missing or empty beside data of Workers is not made anew", () => {
    mkdirSync(join(folder, "data", "kv"), { recursive: true });
    truncateSync(file, 0);
    expect(message(() => openDatabase(file))).toContain(`${file} is empty, but ${folder}/data holds data`);
    rmSync(file);
    expect(message(() => openDatabase(file))).toContain(`${file} is missing`);
  });

  it("in a new folder is made", () => {
    rmSync(file);
    mkdirSync(join(folder, "data"));
    openDatabase(file).close();
    expect(existsSync(file)).toBe(true);
  });
});

/** Every page but the first is overwritten. */
function torn(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xa5, 4096);
  return copy;
}
