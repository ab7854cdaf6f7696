/** Static assets of a version, and the uploads that bring them. */
import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { text } from "./row.ts";

function staysInside(path: string): boolean {
  return (
    path.startsWith("/") && !/(^|\/)\.\.?(\/|$)/.test(path.replaceAll(/%2e/gi, ".").replaceAll(/%2f/gi, "/"))
  );
}

/** Path with a leading slash → which content. The hash is the client's own: 32 hex digits, whatever it hashes by. */
export const manifestSchema = z.record(
  z.string().refine(staysInside, "a path begins with a slash and does not climb"),
  z.object({
    hash: z.string().regex(/^[0-9a-f]{32}$/, "32 hex digits are needed"),
    size: z.number().int().nonnegative(),
  }),
);
export type AssetManifest = z.infer<typeof manifestSchema>;

export const assetConfigSchema = z.object({
  html_handling: z
    .enum(["auto-trailing-slash", "force-trailing-slash", "drop-trailing-slash", "none"])
    .optional(),
  not_found_handling: z.enum(["none", "404-page", "single-page-application"]).optional(),
  run_worker_first: z.union([z.boolean(), z.array(z.string())]).optional(),
  /** Contents of the files of these names. */
  _headers: z.string().optional(),
  _redirects: z.string().optional(),
});

export const assetsSchema = z.object({ manifest: manifestSchema, config: assetConfigSchema });
export type Assets = z.infer<typeof assetsSchema>;

/** A manifest whose files are on their way. */
export interface AssetSession {
  readonly id: string;
  readonly script: string;
  readonly manifest: AssetManifest;
  readonly createdAtMs: number;
}

/** How long a client may take from the manifest to the upload of the script, in ms: Cloudflare's tokens live one hour. */
export const SESSION_MS = 60 * 60 * 1000;

export function addAssetSession(db: DatabaseSync, session: AssetSession): void {
  db.prepare("DELETE FROM asset_sessions WHERE created_at_ms < ?").run(session.createdAtMs - SESSION_MS);
  db.prepare("INSERT INTO asset_sessions VALUES (?, ?, ?, ?)").run(
    session.id,
    session.script,
    JSON.stringify(session.manifest),
    session.createdAtMs,
  );
}

export function findAssetSession(db: DatabaseSync, id: string, nowMs: number): AssetSession | undefined {
  const row = db
    .prepare("SELECT * FROM asset_sessions WHERE id = ? AND created_at_ms >= ?")
    .get(id, nowMs - SESSION_MS);
  return row === undefined
    ? undefined
    : {
        id,
        script: text(row, "script"),
        manifest: manifestSchema.parse(JSON.parse(text(row, "manifest"))),
        createdAtMs: Number(row.created_at_ms),
      };
}

/** Hashes that open uploads wait for or count on. */
export function sessionHashes(db: DatabaseSync): Set<string> {
  const manifests = db.prepare("SELECT manifest FROM asset_sessions").all();
  return new Set(
    manifests.flatMap((row) => hashesOf(manifestSchema.parse(JSON.parse(text(row, "manifest"))))),
  );
}

export const hashesOf = (manifest: AssetManifest): string[] =>
  Object.values(manifest).map(({ hash }) => hash);
