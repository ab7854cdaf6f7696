import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { number, type Row, text } from "./row.ts";

const annotationsSchema = z.record(z.string(), z.string());

/** A version and how much of the traffic it takes. */
export interface VersionShare {
  readonly versionId: string;
  /** 0 to 100; all of a deployment together 100. 0: only reached by a version override. */
  readonly percentage: number;
}

/** Which versions of a script take the traffic from a moment on. */
export interface Deployment {
  readonly id: string;
  readonly script: string;
  readonly createdOn: string;
  /** In the order given: Durable Objects are assigned along it. */
  readonly shares: readonly VersionShare[];
  /** `wrangler`, `api` … */
  readonly source: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Deployments listed of one script, as many as Cloudflare lists. */
export const LISTED_DEPLOYMENTS = 10;

/** Newest first. */
export function listDeployments(
  db: DatabaseSync,
  script: string,
  limit: number = LISTED_DEPLOYMENTS,
): Deployment[] {
  return db
    .prepare("SELECT * FROM deployments WHERE script = ? ORDER BY created_on DESC, rowid DESC LIMIT ?")
    .all(script, limit)
    .map((row) => toDeployment(db, row));
}

/** The one that serves. */
export const activeDeployment = (db: DatabaseSync, script: string): Deployment | undefined =>
  listDeployments(db, script, 1)[0];

/** Deployments are kept for ever, so this says of a version whether its migration has been applied. */
export const wasDeployed = (db: DatabaseSync, versionId: string): boolean =>
  db.prepare("SELECT 1 FROM deployment_shares WHERE version_id = ? LIMIT 1").get(versionId) !== undefined;

export function addDeployment(db: DatabaseSync, deployment: Deployment): void {
  db.prepare("INSERT INTO deployments VALUES (?, ?, ?, ?, ?, ?)").run(
    deployment.id,
    deployment.script,
    deployment.createdOn,
    mainShare(deployment.shares).versionId,
    deployment.source,
    JSON.stringify(deployment.annotations),
  );
  const insert = db.prepare("INSERT INTO deployment_shares VALUES (?, ?, ?, ?)");
  for (const [position, share] of deployment.shares.entries())
    insert.run(deployment.id, position, share.versionId, share.percentage);
}

/** The one with most of the traffic; of equals the first. */
export function mainShare(shares: readonly VersionShare[]): VersionShare {
  const [main] = shares.toSorted((left, right) => right.percentage - left.percentage);
  if (main === undefined) throw new Error("a deployment has no version");
  return main;
}

function toDeployment(db: DatabaseSync, row: Row): Deployment {
  const id = text(row, "id");
  return {
    id,
    script: text(row, "script"),
    createdOn: text(row, "created_on"),
    shares: db
      .prepare("SELECT * FROM deployment_shares WHERE deployment_id = ? ORDER BY position")
      .all(id)
      .map((share) => ({ versionId: text(share, "version_id"), percentage: number(share, "percentage") })),
    source: text(row, "source"),
    annotations: annotationsSchema.parse(JSON.parse(text(row, "annotations"))),
  };
}
