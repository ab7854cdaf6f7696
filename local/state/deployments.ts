import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { text } from "./row.ts";

const annotationsSchema = z.record(z.string(), z.string());

/** One version taking 100 % of the traffic from a moment on. */
export interface Deployment {
  readonly id: string;
  readonly script: string;
  readonly createdOn: string;
  readonly versionId: string;
  /** `wrangler`, `api` … */
  readonly source: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Deployments listed of one script, as many as Cloudflare lists. */
export const LISTED_DEPLOYMENTS = 10;

/** Newest first. */
export function listDeployments(db: DatabaseSync, script: string): Deployment[] {
  return db
    .prepare("SELECT * FROM deployments WHERE script = ? ORDER BY created_on DESC, rowid DESC LIMIT ?")
    .all(script, LISTED_DEPLOYMENTS)
    .map((row) => ({
      id: text(row, "id"),
      script: text(row, "script"),
      createdOn: text(row, "created_on"),
      versionId: text(row, "version_id"),
      source: text(row, "source"),
      annotations: annotationsSchema.parse(JSON.parse(text(row, "annotations"))),
    }));
}

export function addDeployment(db: DatabaseSync, deployment: Deployment): void {
  db.prepare("INSERT INTO deployments VALUES (?, ?, ?, ?, ?, ?)").run(
    deployment.id,
    deployment.script,
    deployment.createdOn,
    deployment.versionId,
    deployment.source,
    JSON.stringify(deployment.annotations),
  );
}
