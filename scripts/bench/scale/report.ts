/** The figures of `bench:scale` as rows, for the terminal and for the page. Pure. */
import { table } from "../table.ts";
import type { Hours, Outcome, Rates, Spread, Step } from "./outcome.ts";

type Table = readonly [head: readonly string[], rows: readonly (readonly string[])[]];

const count = (value: number): string =>
  value === 0
    ? "0"
    : value < 0.005
      ? "<0.01"
      : value >= 100
        ? Math.round(value).toLocaleString("en")
        : value.toFixed(2);
const spread = (of: Spread | undefined): string =>
  of === undefined ? "-" : `${of.p50.toFixed(1)} / ${of.p99.toFixed(1)}`;
const whole = (value: number): string => Math.round(value).toLocaleString("en");

export const briefly = ({
  rooms,
  sockets,
  regions,
  cpuPerMessage,
  perMessage,
  local,
  abroad,
}: Step): string =>
  `${rooms} rooms, ${sockets} people, ${regions} region(s): ${Math.round(cpuPerMessage)} µs a message, ` +
  `${count(perMessage.rowsWritten)} rows written, p50 / p99 ${spread(local)} ms` +
  (abroad === undefined ? "" : `, between regions ${spread(abroad)} ms`);

const ASKED_HEAD = [
  "rows read",
  "rows written",
  "commits",
  "calls",
  "alarms set",
  "alarms run",
  "KV writes",
  "data points",
];
const askedCells = (rates: Rates): string[] =>
  [
    rates.rowsRead,
    rates.rowsWritten,
    rates.commits,
    rates.calls,
    rates.alarmsSet,
    rates.alarmsRun,
    rates.kvWrites,
    rates.dataPoints,
  ].map(count);

export const growthTable = (steps: readonly Step[]): Table => [
  [
    "rooms",
    "people",
    "messages/s",
    "CPU µs a message",
    "a delivery",
    "frames a message",
    "rows read",
    "rows written",
    "commits",
    "ms p50 / p99",
    "CPU ms a join",
    "files open",
    "MiB",
  ],
  steps.map((step) => [
    whole(step.rooms),
    whole(step.sockets),
    whole(step.rate),
    whole(step.cpuPerMessage),
    step.cpuPerDelivery.toFixed(1),
    count(step.perMessage.framesOut),
    count(step.perMessage.rowsRead),
    count(step.perMessage.rowsWritten),
    count(step.perMessage.commits),
    spread(step.local),
    (step.cpuPerJoin / 1000).toFixed(2),
    whole(step.descriptors),
    whole(step.rssMiB),
  ]),
];

export const regionTable = (steps: readonly Step[]): Table => [
  [
    "regions",
    "people",
    "CPU µs a message",
    ...ASKED_HEAD,
    "within a region, ms",
    "between regions, ms",
    "added, p50 ms",
  ],
  steps.map((step) => [
    whole(step.regions),
    whole(step.sockets),
    whole(step.cpuPerMessage),
    ...askedCells(step.perMessage),
    spread(step.local),
    spread(step.abroad),
    added(step)?.toFixed(1) ?? "-",
  ]),
];

/** What a message to another region takes longer than one in its own, where the network takes nothing: ours. */
export const added = ({ local, abroad }: Step): number | undefined =>
  local === undefined || abroad === undefined ? undefined : abroad.p50 - local.p50;

const HOURS = {
  perMessage: "a message that comes alone, until it is trimmed",
  perMinute: "a minute in which something happens",
  perVisit: "a visit: somebody comes, stays a minute, goes",
  perIdleHour: "an hour in which people are there and silent",
} as const satisfies Record<Exclude<keyof Hours, "regions">, string>;

export const hoursTable = (hours: readonly Hours[]): Table => [
  ["what", "regions", ...ASKED_HEAD],
  Object.entries(HOURS).flatMap(([name, words]) =>
    hours.map((one) => [words, String(one.regions), ...askedCells(one[name as keyof typeof HOURS])]),
  ),
];

export function idleLine({ idle }: Outcome): string {
  if (idle === undefined) return "";
  const { sockets, seconds, pings, cpuSeconds, asked } = idle;
  return (
    `${whole(sockets)} people who say nothing for ${seconds} s, and ${whole(pings)} pings: ${count(asked.statements)} statements, ` +
    `${count(asked.alarmsRun)} alarms, ${count(asked.timerMs)} ms of timers, ${cpuSeconds.toFixed(2)} s of CPU, which is the runtime's answers.`
  );
}

export function terminal(outcome: Outcome): string[] {
  const shown = (title: string, [head, rows]: Table) =>
    rows.length === 0 ? [] : ["", title, ...table(head, rows)];
  return [
    `${outcome.machine.cpu}, workerd ${outcome.machine.workerd}, load ${outcome.machine.load.toFixed(1)} at the start; ` +
      `a process may open ${whole(outcome.descriptorLimit)} files`,
    ...shown("Rooms of three", growthTable(outcome.rooms)),
    ...shown("People, a thousand to a room", growthTable(outcome.people)),
    "",
    idleLine(outcome),
    ...shown("A room with replicas, counts for a message", regionTable(outcome.regions)),
    ...shown("Hours of a room", hoursTable(outcome.hours)),
    "",
    outcome.flaws.length === 0
      ? "Nothing was lost, doubled or out of order."
      : `✗ ${outcome.flaws.length} flaws:\n${outcome.flaws.join("\n")}`,
  ];
}

const markdown = ([head, rows]: Table): string[] => [
  `| ${head.join(" | ")} |`,
  `|${" --- |".repeat(head.length)}`,
  ...rows.map((cells) => `| ${cells.join(" | ")} |`),
];

/** What a room with one more region adds, in words: the goal is in `docs/performance.md`. */
export function section(outcome: Outcome): string[] {
  const { machine } = outcome;
  return [
    `Measured ${machine.at.slice(0, 16).replace("T", " ")} UTC on ${machine.cores} cores of ${machine.cpu}, workerd ${machine.workerd}; ` +
      `load of the machine before: ${machine.load.toFixed(1)}. Server and people have a core each; data lie in memory, as the disk is not what is measured. A process may open ` +
      `${whole(outcome.descriptorLimit)} files here, which nobody but root may raise: a room takes about ` +
      `${descriptorsOf(outcome).room.toFixed(1)}, a connection ${descriptorsOf(outcome).socket.toFixed(1)}.`,
    "",
    "Rooms of three people, one message at a time in each:",
    "",
    ...markdown(growthTable(outcome.rooms)),
    "",
    "People, a thousand to a room, who together say 20 messages a second:",
    "",
    ...markdown(growthTable(outcome.people)),
    "",
    idleLine(outcome),
    "",
    "![CPU of a message by rooms](performance/scale-rooms.svg) ![CPU of a message by people](performance/scale-people.svg)",
    "",
    "A room with replicas, eight messages a second, all regions in one process: what is added is ours, as the network takes nothing. Counts for a message:",
    "",
    ...markdown(regionTable(outcome.regions)),
    "",
    "![What a message asks for against regions](performance/scale-regions.svg)",
    "",
    "Hours of a room, whose clock is moved on to whatever is due next:",
    "",
    ...markdown(hoursTable(outcome.hours)),
    "",
    outcome.flaws.length === 0
      ? "Order, loss and duplicates were checked at every connection: nothing was lost, doubled or out of order."
      : `Flaws that the bench found:\n\n${outcome.flaws.map((flaw) => `- ${flaw}`).join("\n")}`,
  ];
}

/** From the first step to the last of each growth: one more room brings three people, one more of the people nobody else. */
export function descriptorsOf({ rooms, people }: Pick<Outcome, "rooms" | "people">): {
  room: number;
  socket: number;
} {
  const slope = (steps: readonly Step[], by: "rooms" | "sockets"): number => {
    const [first, last] = [steps[0], steps.at(-1)];
    if (first === undefined || last === undefined || first[by] === last[by]) return 0;
    return (last.descriptors - first.descriptors) / (last[by] - first[by]);
  };
  const socket = slope(people, "sockets");
  const perRoom = rooms.at(-1) === undefined ? 0 : (rooms.at(-1)?.sockets ?? 0) / (rooms.at(-1)?.rooms ?? 1);
  return { room: Math.max(0, slope(rooms, "rooms") - perRoom * socket), socket };
}
