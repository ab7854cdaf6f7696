/**
 * `npm run bench:latency`: how long people on five continents wait for each other, by how the room is built. Plays the
 * real room in virtual time over published latencies, and writes the figures into docs/latency.md and its charts.
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import {
  type Design,
  floorOf,
  type Measured,
  measure,
  PLACE_NAMES,
  type Spread,
} from "../test/simulation/latency/measure.ts";
import { groupedBars } from "./bench/latency-chart.ts";
import { projectFolder } from "./toolchain/places.ts";
import { fail, say, step } from "./toolchain/steps.ts";

const PAGE = path.join(projectFolder, "docs/latency.md");
const IMAGES = path.join(projectFolder, "docs/images");
const BEGIN = "<!-- npm run bench:latency: begin -->";
const END = "<!-- npm run bench:latency: end -->";

const DESIGNS = {
  server: "one server",
  object: "one object",
  sequencer: "sequencer",
  ours: "replicas (ours)",
} as const satisfies Record<Design, string>;
// The keys of a record of designs are designs.
const names = Object.keys(DESIGNS) as Design[];

const cell = ({ p50, p99 }: Spread): string => `${Math.round(p50)} / ${Math.round(p99)}`;

function table(measured: Measured, kind: "own" | "neighbour" | "abroad"): string[] {
  const abroad = kind === "abroad";
  const head = ["people in", ...names.map((name) => DESIGNS[name]), ...(abroad ? ["light in fibre"] : [])];
  return [
    `| ${head.join(" | ")} |`,
    `|${" --- |".repeat(head.length)}`,
    ...PLACE_NAMES.map((place) => {
      const cells = names.map((name) => cell(measured[name][place][kind]));
      return `| ${[place, ...cells, ...(abroad ? [String(Math.round(floorOf(place)))] : [])].join(" | ")} |`;
    }),
    `| **mean of the p50** | ${names
      .map((name) => {
        const sum = PLACE_NAMES.reduce((total, place) => total + measured[name][place][kind].p50, 0);
        return `**${Math.round(sum / PLACE_NAMES.length)}**`;
      })
      .join(" | ")} |${abroad ? " |" : ""}`,
  ];
}

const figures = (measured: Measured): string[] => [
  "p50 / p99 in ms.",
  "",
  "**To a neighbour**: somebody in the same place writes, I see it.",
  "",
  ...table(measured, "neighbour"),
  "",
  "**To the rest of the world**: somebody in one of the other four places writes, I see it.",
  "",
  ...table(measured, "abroad"),
  "",
  "**My own message is safe**: from pressing enter to the acknowledgement.",
  "",
  ...table(measured, "own"),
];

const chart = (measured: Measured, kind: "neighbour" | "abroad", title: string): string =>
  groupedBars(
    title,
    names.map((name) => DESIGNS[name]),
    PLACE_NAMES.map((place) => ({
      name: place,
      bars: names.map((name) => measured[name][place][kind]),
      floor: kind === "abroad" ? floorOf(place) : 0,
    })),
  );

async function write(measured: Measured): Promise<void> {
  const page = await readFile(PAGE, "utf8");
  const [before, rest = ""] = page.split(BEGIN);
  const after = rest.split(END)[1];
  if (before === undefined || after === undefined)
    throw new Error(
      `docs/latency.md has not both marks, "${BEGIN}" and "${END}": put them where the figures go`,
    );
  await writeFile(PAGE, [`${before}${BEGIN}`, ...figures(measured), `${END}${after}`].join("\n"));
  const to = (name: string) => path.join(IMAGES, name);
  const titles = {
    neighbour: "To a neighbour: ms from writing to being seen (bar p50, line p99)",
    abroad:
      "To the rest of the world: ms from writing to being seen (bar p50, line p99, red: light in fibre)",
  };
  await writeFile(to("latency-neighbour.svg"), chart(measured, "neighbour", titles.neighbour));
  await writeFile(to("latency-abroad.svg"), chart(measured, "abroad", titles.abroad));
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { "no-page": { type: "boolean", default: false } } });
  const measured = await step("four designs, five places", () => measure());
  console.log(figures(measured).join("\n"));
  if (values["no-page"]) return;
  await write(measured);
  say("✓ docs/latency.md and its charts");
}

main().then(() => process.exit(0), fail);
