/** The figures in `docs/performance.md`: the part between two marks is the command's, the rest is written by hand. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { projectFolder } from "../toolchain/places.ts";
import { barChart, lineChart } from "./chart.ts";
import type { Outcome } from "./outcome.ts";
import {
  curveHead,
  curveRows,
  JOIN_HEAD,
  joinRows,
  KEPT_UP,
  SATURATION_HEAD,
  saturationRows,
  short,
} from "./table.ts";

const PAGE = path.join(projectFolder, "docs/performance.md");
const CHARTS = path.join(projectFolder, "docs/performance");
const BEGIN = "<!-- npm run bench: begin -->";
const END = "<!-- npm run bench: end -->";

const markdown = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(" | ")} |`,
  `|${head.map(() => " --- |").join("")}`,
  ...rows.map((cells) => `| ${cells.join(" | ")} |`),
];

export function figuresOf(outcome: Outcome): string[] {
  const { machine, ceiling, heaviest, slow, reads } = outcome;
  return [
    `Measured ${machine.at.slice(0, 16).replace("T", " ")} UTC on ${machine.cores} cores of ${machine.cpu}, ` +
      `${machine.memoryGiB} GiB, Linux ${machine.kernel}; workerd ${machine.workerd}, Node ${machine.node}, ${machine.go}. ` +
      `Load of the machine before: ${machine.load.toFixed(1)}. ${outcome.rounds} rounds: median (least-most).`,
    "",
    `The load generator alone takes ${short(ceiling.single.perLoadCpuSecond)} deliveries a CPU second one a frame and ` +
      `${short(ceiling.batched.perLoadCpuSecond)} in frames of many; “load busy” says how much of its core it used.`,
    ...outcome.saturation.flatMap(({ connections, rows }) => [
      "",
      `### At saturation, ${connections.toLocaleString("en")} people in a room`,
      "",
      ...markdown(SATURATION_HEAD, saturationRows(rows)),
      "",
      `![Deliveries per CPU second, ${connections} people](performance/saturation-${connections}.svg)`,
    ]),
    "",
    "### Latency against rate, 100 people in a room (p50 / p99 in ms)",
    "",
    ...markdown(curveHead(outcome.curves), curveRows(outcome.curves)),
    "",
    "“late”: the server fell behind, so that the figure grows with the time measured.",
    "",
    "![p99 against messages a second](performance/latency.svg)",
    "",
    "### A thousand people come at once",
    "",
    ...markdown(JOIN_HEAD, joinRows(outcome.joins)),
    ...(heaviest === undefined
      ? []
      : [
          "",
          "### The heaviest legal room",
          "",
          `1,000 people, 10 messages a minute each: ${short(heaviest.perSecond)} deliveries/s, p50 ${heaviest.p50} ms, ` +
            `p99 ${heaviest.p99} ms, ${Math.round(100 * heaviest.busy)} % of one core, ${heaviest.closed} connections shed.`,
        ]),
    ...(slow.length === 0
      ? []
      : [
          "",
          "### Readers that never read: 5 of 10, 1,000 messages a second",
          "",
          ...markdown(
            [
              "contender",
              "memory grows by, MiB",
              "where all read",
              "p99 of the others, ms",
              "where all read",
            ],
            slow.map(({ contender, grownMiB, p99, allRead }) => [
              contender,
              grownMiB.toFixed(0),
              allRead?.grownMiB.toFixed(0) ?? "-",
              short(p99),
              allRead === undefined ? "-" : short(allRead.p99),
            ]),
          ),
        ]),
    ...(reads === undefined
      ? []
      : [
          "",
          "### Reads of 50 messages, four at a time",
          "",
          `History: ${short(reads.historyPerSecond)} pages/s, p50 ${reads.historyP50.toFixed(1)} ms. Resumes, with a new ` +
            `connection each: ${short(reads.resumesPerSecond)}/s, p50 ${reads.resumeP50.toFixed(1)} ms.`,
        ]),
    "",
    outcome.flaws.length === 0
      ? "Order, loss and duplicates were checked at every connection: nothing was lost, doubled or out of order."
      : `Flaws that the bench found:\n\n${outcome.flaws.map((flaw) => `- ${flaw}`).join("\n")}`,
  ];
}

export function chartsOf(outcome: Outcome): ReadonlyMap<string, string> {
  const charts = new Map<string, string>();
  for (const { connections, rows } of outcome.saturation)
    charts.set(
      `saturation-${connections}.svg`,
      barChart(
        `Deliveries per CPU second of the server, ${connections.toLocaleString("en")} people`,
        rows.map(({ contender, perCpuSecond: { median, least, most }, toFloor }) => ({
          name: contender,
          value: median,
          least,
          most,
          text: `${short(median)}${toFloor === undefined ? "" : ` (${toFloor.median.toFixed(1)} x floor)`}`,
        })),
      ),
    );
  charts.set(
    "latency.svg",
    lineChart(
      "p99 latency against rate, 100 people",
      "messages a second",
      "ms",
      outcome.curves.map(({ contender, points }) => ({
        name: contender,
        points: points
          .filter(({ kept }) => kept >= KEPT_UP)
          .map(({ rate, p99 }) => ({ x: rate, y: p99.median })),
      })),
    ),
  );
  return charts;
}

/** @throws when the page has lost its marks */
export function writePage(outcome: Outcome): void {
  const page = readFileSync(PAGE, "utf8");
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin)
    throw new Error(
      `docs/performance.md needs the lines '${BEGIN}' and '${END}': the figures go between them`,
    );
  mkdirSync(CHARTS, { recursive: true });
  for (const [name, text] of chartsOf(outcome)) writeFileSync(path.join(CHARTS, name), text);
  const figures = figuresOf(outcome).join("\n");
  writeFileSync(PAGE, `${page.slice(0, begin)}${BEGIN}\n${figures}\n${page.slice(end)}`);
}
