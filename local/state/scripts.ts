import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { integer, optionalText, type Row, text } from "./row.ts";

/** What belongs to the script and not to one of its versions: changed without an upload. */
const settingsSchema = z.object({
  tags: z.array(z.string()).default([]),
  logpush: z.boolean().default(false),
  /** Exactly what was given, or null: the official provider compares it field by field. */
  observability: z.record(z.string(), z.unknown()).nullable().default(null),
  tail_consumers: z.array(z.record(z.string(), z.unknown())).nullable().default(null),
});
export type ScriptSettings = z.infer<typeof settingsSchema>;

const schedulesSchema = z.array(
  z.object({ cron: z.string(), created_on: z.string(), modified_on: z.string() }),
);
export type Schedule = z.infer<typeof schedulesSchema>[number];

export interface Script {
  readonly name: string;
  /** Immutable id of the script, 32 hex. */
  readonly tag: string;
  readonly createdOn: string;
  readonly modifiedOn: string;
  readonly migrationTag: string | undefined;
  /** The version that takes all traffic. */
  readonly versionId: string | undefined;
  readonly settings: ScriptSettings;
  readonly schedules: readonly Schedule[];
  readonly subdomainEnabled: boolean;
  readonly previewsEnabled: boolean;
  readonly lastDeployedFrom: string;
}

export const DEFAULT_SETTINGS: ScriptSettings = settingsSchema.parse({});

/** The scripts that get the tail of this one. */
export const tailConsumersOf = ({ tail_consumers }: ScriptSettings): string[] =>
  (tail_consumers ?? []).flatMap(({ service }) => (typeof service === "string" ? [service] : []));

/** Oldest first. */
export function listScripts(db: DatabaseSync): Script[] {
  return db.prepare("SELECT * FROM scripts ORDER BY created_on, name").all().map(toScript);
}

/** What the edge needs on every request, oldest first: only scripts with a version that can answer. */
export function listReachable(
  db: DatabaseSync,
): { readonly name: string; readonly subdomainEnabled: boolean }[] {
  return db
    .prepare(
      "SELECT name, subdomain_enabled FROM scripts WHERE version_id IS NOT NULL ORDER BY created_on, name",
    )
    .all()
    .map((row) => ({ name: text(row, "name"), subdomainEnabled: integer(row, "subdomain_enabled") === 1 }));
}

export function findScript(db: DatabaseSync, name: string): Script | undefined {
  const row = db.prepare("SELECT * FROM scripts WHERE name = ?").get(name);
  return row === undefined ? undefined : toScript(row);
}

export function saveScript(db: DatabaseSync, script: Script): void {
  db.prepare(
    `INSERT INTO scripts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (name) DO UPDATE SET modified_on = excluded.modified_on, migration_tag = excluded.migration_tag,
       version_id = excluded.version_id, settings = excluded.settings, schedules = excluded.schedules,
       subdomain_enabled = excluded.subdomain_enabled, previews_enabled = excluded.previews_enabled,
       last_deployed_from = excluded.last_deployed_from`,
  ).run(
    script.name,
    script.tag,
    script.createdOn,
    script.modifiedOn,
    script.migrationTag ?? null,
    script.versionId ?? null,
    JSON.stringify(script.settings),
    JSON.stringify(script.schedules),
    Number(script.subdomainEnabled),
    Number(script.previewsEnabled),
    script.lastDeployedFrom,
  );
}

/** Under another name, with all that is its own. Names that it lends to other scripts' bindings are not followed. */
export function renameScript(db: DatabaseSync, from: string, to: string): void {
  db.exec("PRAGMA defer_foreign_keys = ON");
  db.prepare("UPDATE scripts SET name = ?2 WHERE name = ?1").run(from, to);
  for (const table of [
    "versions",
    "deployments",
    "object_namespaces",
    "object_moves",
    "routes",
    "asset_sessions",
  ])
    db.prepare(`UPDATE ${table} SET script = ?2 WHERE script = ?1`).run(from, to);
  db.prepare("UPDATE domains SET service = ?2 WHERE service = ?1").run(from, to);
}

/** Takes the script's versions, deployments, routes, domains and object namespaces with it. */
export function removeScript(db: DatabaseSync, name: string): void {
  db.prepare("DELETE FROM routes WHERE script = ?").run(name);
  db.prepare("DELETE FROM domains WHERE service = ?").run(name);
  db.prepare("DELETE FROM object_namespaces WHERE script = ?").run(name);
  db.prepare("DELETE FROM object_moves WHERE script = ?").run(name);
  db.prepare("DELETE FROM scripts WHERE name = ?").run(name);
}

function toScript(row: Row): Script {
  return {
    name: text(row, "name"),
    tag: text(row, "tag"),
    createdOn: text(row, "created_on"),
    modifiedOn: text(row, "modified_on"),
    migrationTag: optionalText(row, "migration_tag"),
    versionId: optionalText(row, "version_id"),
    settings: settingsSchema.parse(JSON.parse(text(row, "settings"))),
    schedules: schedulesSchema.parse(JSON.parse(text(row, "schedules"))),
    subdomainEnabled: integer(row, "subdomain_enabled") === 1,
    previewsEnabled: integer(row, "previews_enabled") === 1,
    lastDeployedFrom: text(row, "last_deployed_from"),
  };
}
