import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { assetsSchema, hashesOf, sessionHashes } from "./assets.ts";
import { bindingSchema } from "./binding.ts";
import { LISTED_DEPLOYMENTS } from "./deployments.ts";
import { migrationsSchema } from "./migrations.ts";
import { bytes, integer, optionalText, type Row, text } from "./row.ts";

/** Versions kept of one script besides the deployed ones: enough to roll back, little enough to stay small. */
const KEPT_VERSIONS = 25;

const bodySchema = z.object({
  mainModule: z.string(),
  bindings: z.array(bindingSchema),
  compatibilityDate: z.string(),
  compatibilityFlags: z.array(z.string()),
  usageModel: z.string(),
  limits: z.record(z.string(), z.unknown()).optional(),
  annotations: z.record(z.string(), z.string()),
  /** Handlers of the default export. */
  handlers: z.array(z.string()),
  /** Exported classes. */
  namedHandlers: z.array(z.object({ name: z.string(), handlers: z.array(z.string()) })),
  source: z.string(),
  startupTimeMs: z.number(),
  assets: assetsSchema.optional(),
  placement: z.record(z.string(), z.unknown()).optional(),
  /** Applied when the version is deployed for the first time. */
  migrations: migrationsSchema.optional(),
});

export type VersionBody = z.infer<typeof bodySchema>;

export interface Module {
  readonly name: string;
  /** As uploaded, such as `application/javascript+module`. */
  readonly contentType: string;
  readonly contents: Uint8Array<ArrayBuffer>;
}

export interface Version extends VersionBody {
  readonly id: string;
  readonly script: string;
  readonly number: number;
  readonly createdOn: string;
  /** SHA-256 of the modules. */
  readonly etag: string;
  /** The script's migration tag that the version was made for: it cannot be deployed under another. */
  readonly migrationTag: string | undefined;
}

export function findVersion(db: DatabaseSync, script: string, id: string): Version | undefined {
  const row = db.prepare("SELECT * FROM versions WHERE script = ? AND id = ?").get(script, id);
  return row === undefined ? undefined : toVersion(row);
}

/** Newest first. */
export function listVersions(db: DatabaseSync, script: string): Version[] {
  return db
    .prepare("SELECT * FROM versions WHERE script = ? ORDER BY number DESC")
    .all(script)
    .map(toVersion);
}

export function latestVersion(db: DatabaseSync, script: string): Version | undefined {
  const row = db.prepare("SELECT * FROM versions WHERE script = ? ORDER BY number DESC LIMIT 1").get(script);
  return row === undefined ? undefined : toVersion(row);
}

/** In upload order: the main module first, since the official provider hashes only the first part. */
export function readModules(db: DatabaseSync, versionId: string): Module[] {
  return db
    .prepare("SELECT * FROM modules WHERE version_id = ? ORDER BY position")
    .all(versionId)
    .map((row) => ({
      name: text(row, "name"),
      contentType: text(row, "content_type"),
      contents: bytes(row, "contents"),
    }));
}

export function nextVersionNumber(db: DatabaseSync, script: string): number {
  const row = db.prepare("SELECT max(number) AS last FROM versions WHERE script = ?").get(script);
  return Number(row?.last ?? 0) + 1;
}

export function addVersion(db: DatabaseSync, version: Version, modules: readonly Module[]): void {
  const { id, script, number, createdOn, etag, migrationTag, ...body } = version;
  db.prepare("INSERT INTO versions VALUES (?, ?, ?, ?, ?, ?, ?)").run(
    id,
    script,
    number,
    createdOn,
    etag,
    JSON.stringify(body),
    migrationTag ?? null,
  );
  const insert = db.prepare("INSERT INTO modules VALUES (?, ?, ?, ?, ?)");
  for (const [position, module] of modules.entries())
    insert.run(id, position, module.name, module.contentType, module.contents);
}

export function removeVersion(db: DatabaseSync, script: string, id: string): void {
  db.prepare("DELETE FROM versions WHERE script = ? AND id = ?").run(script, id);
}

/** Forgets the oldest versions beyond those kept. Those of the listed deployments, the live one among them, stay. */
export function pruneVersions(db: DatabaseSync, script: string): void {
  db.prepare(
    `DELETE FROM versions WHERE script = ?1 AND number NOT IN
       (SELECT number FROM versions WHERE script = ?1 ORDER BY number DESC LIMIT ?2) AND id NOT IN
       (SELECT version_id FROM deployment_shares WHERE deployment_id IN
         (SELECT id FROM deployments WHERE script = ?1 ORDER BY created_on DESC, rowid DESC LIMIT ?3))`,
  ).run(script, KEPT_VERSIONS, LISTED_DEPLOYMENTS);
}

/** What of the assets on disk is still needed. */
export function usedAssets(db: DatabaseSync): { hashes: Set<string>; versionIds: Set<string> } {
  const withAssets = db
    .prepare("SELECT * FROM versions WHERE body LIKE '%\"assets\":{%'")
    .all()
    .map(toVersion)
    .filter(({ assets }) => assets !== undefined);
  const hashes = withAssets.flatMap(({ assets }) => (assets === undefined ? [] : hashesOf(assets.manifest)));
  return {
    hashes: new Set([...hashes, ...sessionHashes(db)]),
    versionIds: new Set(withAssets.map(({ id }) => id)),
  };
}

function toVersion(row: Row): Version {
  return {
    ...bodySchema.parse(JSON.parse(text(row, "body"))),
    id: text(row, "id"),
    script: text(row, "script"),
    number: integer(row, "number"),
    createdOn: text(row, "created_on"),
    etag: text(row, "etag"),
    migrationTag: optionalText(row, "migration_tag"),
  };
}
