/** The tables of `docs/cost.md`: what stands between two marks is the commands', the rest is written by hand. */
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { projectFolder } from "../toolchain/places.ts";
import type { Measured } from "./measured.ts";
import { caseTable, meterTable, priceTable } from "./report.ts";

const PAGE = path.join(projectFolder, "docs/cost.md");
const mark = (name: string) =>
  [`<!-- npm run cost: ${name} begin -->`, `<!-- npm run cost: ${name} end -->`] as const;

/** What stands between each pair of marks. */
export const partsOf = (measured: Measured): Readonly<Record<string, readonly string[]>> => ({
  cases: caseTable(measured),
  meters: meterTable(measured),
  prices: priceTable(),
});

/** The page with its tables made anew. @throws when it has lost a mark */
export function filled(page: string, measured: Measured): string {
  return Object.entries(partsOf(measured)).reduce((text, [name, lines]) => {
    const [begin, end] = mark(name);
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from)
      throw new Error(`docs/cost.md needs the lines '${begin}' and '${end}': a table goes between them`);
    return `${text.slice(0, from)}${begin}\n${lines.join("\n")}\n${text.slice(to)}`;
  }, page);
}

export function writePage(measured: Measured): void {
  writeFileSync(PAGE, filled(readFileSync(PAGE, "utf8"), measured));
}
