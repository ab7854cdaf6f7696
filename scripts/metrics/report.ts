/** Values over time as charts for a terminal. Pure: lines, no printing. */
import { plot } from "simple-ascii-chart";
import { REJECTIONS, type Rejection } from "./queries.ts";
import type { Step } from "./series.ts";

const HEIGHT = 6;
const WIDTH = 60;

const WORDS: Readonly<Record<Rejection, string>> = {
  limited: "over the message limit",
  malformed: "not understood",
  refusals: "not let in",
  flooding: "closed for flooding",
  slow: "closed for reading too slowly",
  kicks: "kicked by a moderator",
};

/** A number as people read it: three digits are enough. */
export const short = (value: number): string =>
  Number.isInteger(value) && value < 1_000_000 ? String(value) : String(Number(value.toPrecision(3)));

export function metricsReport(heading: string, steps: readonly Step[]): string[] {
  const regions = [...new Set(steps.flatMap((step) => Object.keys(step.regions)))].sort();
  const lines = [heading, ""];
  if (regions.length === 0)
    return [
      ...lines,
      "No data points in this time: a room writes one a minute while something happens in it.",
    ];
  lines.push(
    ...chart("users", steps, (step) => step.users),
    ...chart("rooms", steps, (step) => step.rooms),
    ...chart("messages a second", steps, (step) => step.messagesPerSecond),
    ...chart("slowest region's p99 of delivery, ms", steps, (step) =>
      Math.max(0, ...Object.values(step.regions).map(({ deliveryMs }) => deliveryMs?.p99 ?? 0)),
    ),
    ...chart("turned away", steps, (step) =>
      REJECTIONS.reduce((sum, reason) => sum + step.rejections[reason], 0),
    ),
    "turned away, by reason",
    ...REJECTIONS.map((reason) => {
      const total = steps.reduce((sum, step) => sum + step.rejections[reason], 0);
      return `  ${WORDS[reason].padEnd(32)}${short(total).padStart(8)}`;
    }),
    "",
    `${"region".padEnd(10)}${"users".padStart(8)}${"rooms".padStart(8)}${"most messages a second".padStart(25)}${"delivery ms, worst p50".padStart(25)}${"p99".padStart(8)}`,
    ...regions.map((region) => regionLine(region, steps)),
  );
  return lines;
}

/** Users and rooms as last known, and the busiest and the slowest step. */
function regionLine(region: string, steps: readonly Step[]): string {
  const own = steps.flatMap((step) => step.regions[region] ?? []);
  const last = own.at(-1);
  const most = Math.max(0, ...own.map(({ messagesPerSecond }) => messagesPerSecond));
  const worst = (level: "p50" | "p99"): string => {
    const known = own.flatMap(({ deliveryMs }) => deliveryMs?.[level] ?? []);
    return known.length === 0 ? "-" : short(Math.max(...known));
  };
  return `${region.padEnd(10)}${short(last?.users ?? 0).padStart(8)}${short(last?.rooms ?? 0).padStart(8)}${short(most).padStart(25)}${worst("p50").padStart(25)}${worst("p99").padStart(8)}`;
}

function chart(title: string, steps: readonly Step[], of: (step: Step) => number): string[] {
  const values = steps.map(of);
  const most = Math.max(...values);
  const heading = `${title}: ${short(values.at(-1) ?? 0)} now, ${short(most)} at most`;
  // One point makes no line, and a line of zeros says no more than its heading.
  if (most === 0 || values.length < 2) return [heading, ""];
  const last = values.length - 1;
  const drawn = plot(
    values.map((value, index): [number, number] => [index, value]),
    {
      width: WIDTH,
      height: HEIGHT,
      fillArea: true,
      yRange: [0, most],
      customXAxisTicks: [...new Set([0, Math.round(last / 2), last])],
      customYAxisTicks: [0, most],
      formatter: (value, { axis }) => (axis === "x" ? clock(steps, value) : short(value)),
    },
  );
  return [heading, ...drawn.split("\n").filter((line) => line.trim() !== ""), ""];
}

/** Hour and minute; in a window of days the date too. UTC, as the dataset has it. */
function clock(steps: readonly Step[], index: number): string {
  const at = steps[index]?.at ?? "";
  const days = steps[0]?.at.slice(0, 10) !== steps.at(-1)?.at.slice(0, 10);
  return days ? at.slice(5, 16).replace("T", " ") : at.slice(11, 16);
}
