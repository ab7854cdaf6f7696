/** A dataset in a file of its own, filled by hand. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";
import { answerQuery, openForQueries } from "../../../local/analytics/query.ts";
import { addDataPoint, type DataPoint } from "../../../local/state/data-points.ts";
import { openDatabase } from "../../../local/state/database.ts";

export const NOW = Date.parse("2026-08-05T12:00:00Z");

export type Row = Record<string, unknown>;

export interface Dataset {
  readonly db: DatabaseSync;
  readonly text: (query: string) => string;
  readonly rows: (query: string) => Row[];
  readonly types: (query: string) => string[];
}

/** Points of the dataset `chat`, `ago` seconds old. */
export function datasetOf(points: readonly (Partial<DataPoint> & { ago?: number })[]): Dataset {
  const folder = mkdtempSync(join(tmpdir(), "dataset-"));
  const file = join(folder, "account.sqlite");
  const db = openDatabase(file);
  for (const { ago = 0, ...point } of points)
    addDataPoint(db, {
      dataset: "chat",
      atMs: NOW - ago * 1000,
      indexes: [],
      blobs: [],
      doubles: [],
      ...point,
    });
  const queries = openForQueries(file);
  onTestFinished(() => {
    queries.close();
    db.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const text = (query: string) => answerQuery(queries, query, NOW).body;
  const parsed = (query: string) =>
    JSON.parse(text(query)) as { data: Row[]; meta: { name: string; type: string }[] }; // the default format
  return {
    db,
    text,
    rows: (query) => parsed(query).data,
    types: (query) => parsed(query).meta.map(({ name, type }) => `${name} ${type}`),
  };
}
