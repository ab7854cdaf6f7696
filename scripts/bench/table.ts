/** Figures as lines for a terminal. */
import type { Outcome } from "./outcome.ts";
import type { Sample } from "./statistics.ts";

export function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 1e4) return `${Math.round(value / 1e3)} k`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(1)} k`;
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}

export const withSpread = ({ median, least, most }: Sample): string =>
  `${short(median)} (${short(least)}-${short(most)})`;

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((name, column) =>
    Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return [line(head), ...rows.map(line)];
}

export const SATURATION_HEAD = [
  "contender",
  "deliveries/s",
  "a CPU second",
  "x floor",
  "CPU µs each",
  "bytes each",
  "joins/s",
  "load busy",
];

export const saturationRows = (rows: Outcome["saturation"][number]["rows"]): string[][] =>
  rows.map((row) => [
    row.contender,
    withSpread(row.perSecond),
    withSpread(row.perCpuSecond),
    row.toFloor === undefined ? "" : withSpread(row.toFloor),
    row.microsPerDelivery.median.toFixed(2),
    row.bytesPerDelivery.toFixed(0),
    withSpread(row.joinsPerSecond),
    `${Math.round(100 * row.loadBusy)} %`,
  ]);

export const curveHead = (curves: Outcome["curves"]): string[] => [
  "messages/s",
  ...curves.map(({ contender }) => contender),
];

/** p50 / p99 in ms; `late`: the server did not keep up. */
export function curveRows(curves: Outcome["curves"]): string[][] {
  const rates = [...new Set(curves.flatMap(({ points }) => points.map(({ rate }) => rate)))];
  return rates.map((rate) => [
    String(rate),
    ...curves.map(({ points }) => {
      const point = points.find((candidate) => candidate.rate === rate);
      if (point === undefined) return "-";
      const late = point.kept < KEPT_UP ? " late" : "";
      return `${short(point.p50.median)} / ${short(point.p99.median)}${late}`;
    }),
  ]);
}

export const JOIN_HEAD = ["contender", "joins/s", "CPU µs each", "x floor, a CPU second"];

export const joinRows = (joins: Outcome["joins"]): string[][] =>
  joins.map(({ contender, perSecond, micros, toFloor }) => [
    contender,
    withSpread(perSecond),
    withSpread(micros),
    toFloor === undefined ? "" : withSpread(toFloor),
  ]);

/** Of what was said, the share that must have been heard in the same time for a latency to mean anything. */
export const KEPT_UP = 0.95;

export function terminal(outcome: Outcome): string[] {
  const { ceiling, machine } = outcome;
  return [
    `${machine.cpu}, ${machine.cores} cores, workerd ${machine.workerd}, load ${machine.load.toFixed(1)} at the start`,
    `The load generator takes ${short(ceiling.single.perLoadCpuSecond)} deliveries a CPU second one a frame, ` +
      `${short(ceiling.batched.perLoadCpuSecond)} in frames of many`,
    ...outcome.saturation.flatMap(({ connections, rows }) => [
      "",
      `At saturation, ${connections} people, median (least-most) of ${outcome.rounds} rounds`,
      ...table(SATURATION_HEAD, saturationRows(rows)),
    ]),
    "",
    "Latency in a room of 100, p50 / p99 ms",
    ...table(curveHead(outcome.curves), curveRows(outcome.curves)),
    "",
    "A thousand people come at once",
    ...table(JOIN_HEAD, joinRows(outcome.joins)),
    ...(outcome.heaviest === undefined
      ? []
      : [
          "",
          `The heaviest legal room: ${short(outcome.heaviest.perSecond)} deliveries/s, p99 ${outcome.heaviest.p99} ms, ` +
            `${Math.round(100 * outcome.heaviest.busy)} % of a core, ${outcome.heaviest.closed} closed`,
        ]),
    ...outcome.slow.map(
      ({ contender, grownMiB, p99, allRead }) =>
        `Five of ten never read: ${contender} grows by ${grownMiB.toFixed(0)} MiB, p99 of the others ${p99} ms` +
        (allRead === undefined
          ? ""
          : `; where all read, ${allRead.grownMiB.toFixed(0)} MiB and ${allRead.p99} ms`),
    ),
    ...(outcome.reads === undefined
      ? []
      : [
          `History: ${short(outcome.reads.historyPerSecond)} pages/s, p50 ${outcome.reads.historyP50.toFixed(1)} ms; ` +
            `resumes: ${short(outcome.reads.resumesPerSecond)}/s, p50 ${outcome.reads.resumeP50.toFixed(1)} ms`,
        ]),
    "",
    outcome.flaws.length === 0
      ? "Nothing was lost, doubled or out of order."
      : `✗ ${outcome.flaws.length} flaws:\n${outcome.flaws.join("\n")}`,
  ];
}
