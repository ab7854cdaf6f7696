import type { DatabaseSync } from "node:sqlite";
import { z } from "zod";
import { KEPT_MS } from "../analytics/limits.ts";
import { integer, text } from "./row.ts";

const values = z
  .array(z.unknown())
  .nullish()
  .transform((list) => list ?? []);

/** What `writeDataPoint` takes. Blobs and indexes arrive as text. */
export const dataPointSchema = z.object({ indexes: values, blobs: values, doubles: values });

export interface DataPoint {
  readonly dataset: string;
  /** When the point arrived, ms since the epoch. */
  readonly atMs: number;
  readonly indexes: readonly unknown[];
  readonly blobs: readonly unknown[];
  readonly doubles: readonly unknown[];
}

export function addDataPoint(db: DatabaseSync, point: DataPoint): void {
  db.prepare("INSERT INTO data_points VALUES (?, ?, ?, ?, ?)").run(
    point.dataset,
    point.atMs,
    JSON.stringify(point.indexes),
    JSON.stringify(point.blobs),
    JSON.stringify(point.doubles),
  );
}

/** Oldest first. */
export function listDataPoints(db: DatabaseSync, dataset: string): DataPoint[] {
  const list = z.array(z.unknown());
  return db
    .prepare("SELECT * FROM data_points WHERE dataset = ? ORDER BY at_ms, rowid")
    .all(dataset)
    .map((row) => ({
      dataset,
      atMs: integer(row, "at_ms"),
      indexes: list.parse(JSON.parse(text(row, "indexes"))),
      blobs: list.parse(JSON.parse(text(row, "blobs"))),
      doubles: list.parse(JSON.parse(text(row, "doubles"))),
    }));
}

export function forgetOldDataPoints(db: DatabaseSync, nowMs: number): void {
  db.prepare("DELETE FROM data_points WHERE at_ms < ?").run(nowMs - KEPT_MS);
}
