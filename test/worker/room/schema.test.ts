import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isFounded, migrate } from "../../../worker/storage/migrate.ts";
import { MIGRATIONS } from "../../../worker/storage/migrations.ts";
import { memorySql } from "./memory-sql.ts";
import { VirtualRoom } from "./virtual-room.ts";

/** One line a step that ever ran in an account. Append; a changed line means rooms out there have another schema. */
const HISTORY = ["f5b1951be26d21b9", "577391383642a8fe"];

describe("the schema's history", () => {
  it("is only ever appended to", () => {
    const hashes = MIGRATIONS.map((step) =>
      [...createHash("sha256").update(new TextEncoder().encode(step)).digest().slice(0, 8)]
        .map((byte) => byte.toString(16).padStart(2, "0"))
        .join(""),
    );
    expect(hashes).toEqual(HISTORY);
  });

  it("runs each step once, and all or none", () => {
    const sql = memorySql();
    const steps = ["CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL)", "CREATE TABLE one (a)"];
    migrate(sql, steps);
    migrate(sql, steps);
    expect(() => migrate(sql, [...steps, "CREATE TABLE two (a)", "CREATE TABLE one (a)"])).toThrow(
      "already exists",
    );
    migrate(sql, [...steps, "CREATE TABLE two (a)"]);
    expect(isFounded(sql)).toBe(true);
  });

  it("lets today's code run on tomorrow's store, and leaves its version alone", async () => {
    const sql = memorySql();
    migrate(sql, [
      ...MIGRATIONS,
      "ALTER TABLE entries ADD COLUMN mood TEXT NOT NULL DEFAULT ''",
      "CREATE TABLE reactions (id TEXT)",
    ]);
    sql.all("INSERT INTO jobs (job, due) VALUES ('a job of tomorrow', 1)");
    const version = () => sql.all("SELECT value FROM facts WHERE key = 'schema'");
    const before = version();
    migrate(sql);
    expect(version()).toEqual(before);
    sql.all(
      "INSERT INTO facts (key, value) VALUES ('room', 'lobby'), ('region', 'weur'), ('origin', 'weur.a')",
    );
    const room = new VirtualRoom({}, sql);
    const ann = room.enter("ann");
    ann.say("hello", room.clientId());
    await room.pass(3 * 60_000);
    expect(ann.socket.of("ack")).toHaveLength(1);
    expect(room.points).toHaveLength(1);
  });
});
