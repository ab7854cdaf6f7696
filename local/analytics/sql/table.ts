/** The columns that every dataset has, and where they are in the account's table of data points. */
import { MAX_VALUES } from "../limits.ts";
import type { Term } from "./term.ts";
import { FLOAT64, TEXT, TIME, UINT32 } from "./types.ts";

const numbered = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** A value that was not written is the empty string or 0. Nothing is sampled here: every row stands for itself. */
export const COLUMNS: ReadonlyMap<string, Term> = new Map<string, Term>([
  ["_sample_interval", { sql: "1", type: UINT32 }],
  ["timestamp", { sql: "at_ms / 1000", type: TIME }],
  ["dataset", { sql: "dataset", type: TEXT }],
  ["index1", { sql: "coalesce(json_extract(indexes, '$[0]'), '')", type: TEXT }],
  ...numbered(MAX_VALUES).map((place): [string, Term] => [
    `blob${place}`,
    { sql: `coalesce(json_extract(blobs, '$[${place - 1}]'), '')`, type: TEXT },
  ]),
  ...numbered(MAX_VALUES).map((place): [string, Term] => [
    `double${place}`,
    { sql: `CAST(coalesce(json_extract(doubles, '$[${place - 1}]'), 0) AS REAL)`, type: FLOAT64 },
  ]),
]);
