/** The part of `docs/performance.md` that is `bench:scale`'s, between its own marks, and its charts. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { projectFolder } from "../../toolchain/places.ts";
import { lineChart } from "../chart.ts";
import type { Outcome, Rates, Step } from "./outcome.ts";
import { section } from "./report.ts";

const PAGE = path.join(projectFolder, "docs/performance.md");
const CHARTS = path.join(projectFolder, "docs/performance");
export const BEGIN = "<!-- npm run bench:scale: begin -->";
export const END = "<!-- npm run bench:scale: end -->";

export function chartsOf({ rooms, people, regions }: Outcome): ReadonlyMap<string, string> {
  const cpu = (steps: readonly Step[], x: (step: Step) => number) =>
    steps.map((step) => ({ x: x(step), y: step.cpuPerMessage }));
  const asked = (name: keyof Rates) => regions.map((step) => ({ x: step.regions, y: step.perMessage[name] }));
  return new Map([
    [
      "scale-rooms.svg",
      lineChart("CPU µs of the server for a message, by rooms of three people", "rooms", "µs", [
        { name: "a message", points: cpu(rooms, (step) => step.rooms) },
      ]),
    ],
    [
      "scale-people.svg",
      lineChart("CPU µs of the server for a message, a thousand people to a room", "people", "µs", [
        { name: "a message", points: cpu(people, (step) => step.sockets) },
        {
          name: "a delivery",
          points: people.map((step) => ({ x: step.sockets, y: step.cpuPerDelivery })),
        },
      ]),
    ],
    [
      "scale-regions.svg",
      lineChart("What one message asks for, by regions of its room", "regions", "a message", [
        { name: "rows written", points: asked("rowsWritten") },
        { name: "rows read", points: asked("rowsRead") },
        { name: "calls", points: asked("calls") },
        { name: "commits", points: asked("commits") },
        { name: "alarms set", points: asked("alarmsSet") },
      ]),
    ],
  ]);
}

/** @throws when the page has lost its marks */
export function writePage(outcome: Outcome): void {
  const page = readFileSync(PAGE, "utf8");
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new Error(
      `docs/performance.md needs the lines '${BEGIN}' and '${END}': the figures go between them`,
    );
  mkdirSync(CHARTS, { recursive: true });
  for (const [name, text] of chartsOf(outcome)) writeFileSync(path.join(CHARTS, name), text);
  writeFileSync(
    PAGE,
    `${page.slice(0, begin)}${BEGIN}\n\n${section(outcome).join("\n")}\n\n${page.slice(end)}`,
  );
}
