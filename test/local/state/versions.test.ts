import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDatabase, transaction } from "../../../local/state/database.ts";
import { addDeployment } from "../../../local/state/deployments.ts";
import { DEFAULT_SETTINGS, saveScript } from "../../../local/state/scripts.ts";
import {
  addVersion,
  listVersions,
  pruneVersions,
  readModules,
  type Version,
} from "../../../local/state/versions.ts";

let folder: string;
let db: DatabaseSync;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "account-state-"));
  db = openDatabase(join(folder, "account.sqlite"));
  saveScript(db, {
    name: "chat",
    tag: "t",
    createdOn: "2026-01-01",
    modifiedOn: "2026-01-01",
    migrationTag: undefined,
    versionId: undefined,
    settings: DEFAULT_SETTINGS,
    schedules: [],
    subdomainEnabled: true,
    previewsEnabled: false,
    lastDeployedFrom: "api",
  });
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const version = (number: number): Version => ({
  id: `v${number}`,
  script: "chat",
  number,
  createdOn: "2026-01-01",
  etag: "e",
  migrationTag: undefined,
  mainModule: "index.mjs",
  bindings: [],
  compatibilityDate: "2026-01-01",
  compatibilityFlags: [],
  usageModel: "standard",
  annotations: {},
  handlers: ["fetch"],
  namedHandlers: [],
  source: "api",
  startupTimeMs: 1,
});

it("old versions go, but never the deployed one nor those that the deployments list shows", () => {
  const code = new Uint8Array([1, 2, 3]);
  for (let number = 1; number <= 40; number++)
    addVersion(db, version(number), [
      { name: "index.mjs", contentType: "application/javascript+module", contents: code },
    ]);
  const deployment = { id: "d", script: "chat", createdOn: "2026-01-01", source: "api", annotations: {} };
  const shares = ["v1", "v2"].map((versionId) => ({ versionId, percentage: 50 }));
  addDeployment(db, { ...deployment, shares });
  pruneVersions(db, "chat");
  const numbers = listVersions(db, "chat").map(({ number }) => number);
  expect(numbers).toEqual([...Array.from({ length: 25 }, (_, index) => 40 - index), 2, 1]);
  expect(readModules(db, "v2")[0]?.contents).toEqual(code);
  expect(readModules(db, "v3")).toEqual([]);
});

it("a transaction that fails leaves nothing behind", () => {
  expect(() =>
    transaction(db, () => {
      addVersion(db, version(1), []);
      throw new Error("in the middle");
    }),
  ).toThrow("in the middle");
  expect(listVersions(db, "chat")).toEqual([]);
});

it("a file of a newer version is refused, not guessed at", () => {
  db.exec("PRAGMA user_version = 999");
  expect(() => openDatabase(join(folder, "account.sqlite"))).toThrow("newer version");
});
