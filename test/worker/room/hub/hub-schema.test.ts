import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { HUB_MIGRATIONS } from "../../../../worker/storage/hub-migrations.ts";
import { SqlHubStore } from "../../../../worker/storage/hub-store.ts";
import { memorySql } from "../memory-sql.ts";

/** One line a step that ever ran in an account. Append; a changed line means hubs out there have another schema. */
const HISTORY = ["787ab02ad75e2710"];

it("a hub's schema is only ever appended to", () => {
  const hashes = HUB_MIGRATIONS.map((step) =>
    [...createHash("sha256").update(new TextEncoder().encode(step)).digest().slice(0, 8)]
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join(""),
  );
  expect(hashes).toEqual(HISTORY);
});

it("a hub reads what tomorrow's code wrote, and leaves its schema alone", () => {
  const sql = memorySql();
  const store = new SqlHubStore(sql);
  expect(store.founded).toBe(false);
  store.found();
  sql.all("ALTER TABLE replicas ADD COLUMN mood TEXT NOT NULL DEFAULT ''");
  sql.all("UPDATE facts SET value = '9' WHERE key = 'schema'");
  const known = {
    region: "weur",
    origin: "weur.a",
    n: 3,
    solicited: true,
    bound: 4,
    state: "member",
    missingSince: 5,
    users: 6,
    connections: 7,
    countedAt: 8,
    heardAt: 9,
    version: 10,
    bansTaken: 11,
    tries: 12,
    retryAt: 13,
  } as const;
  const again = new SqlHubStore(sql);
  again.replicas.save(known);
  sql.all(
    "INSERT INTO replicas SELECT 'enam', origin, n, solicited, bound, 'dreaming', missing_since, users, connections, counted_at, heard_at, version, bans_taken, tries, retry_at, '' FROM replicas",
  );
  const later = new SqlHubStore(sql);
  expect(later.replicas.get("weur")).toEqual(known);
  expect(later.replicas.get("enam")?.state).toBe("member");
  expect(sql.all("SELECT value FROM facts WHERE key = 'schema'")).toEqual([{ value: "9" }]);
});

it("what a transaction undid is not remembered", () => {
  const sql = memorySql();
  const store = new SqlHubStore(sql);
  store.found();
  store.facts.set("version", "1");
  sql.failOn = "DELETE FROM kicks";
  expect(() =>
    store.transaction(() => {
      store.facts.set("version", "2");
      store.kicks.forgetBefore(0);
    }),
  ).toThrow("full");
  expect(store.facts.get("version")).toBe("1");
});
