/** What the room was counted to ask for, which the costs are computed from. `npm run bench:scale` writes it anew. */
import { readFileSync, writeFileSync } from "node:fs";
import * as z from "zod";
import { Outcome } from "../bench/scale/outcome.ts";

const FILE = new URL("measured.json", import.meta.url);

const Measured = Outcome.pick({ hours: true, bytesPerRoom: true }).extend({
  /** ISO. */
  at: z.string(),
  workerd: z.string(),
  /** µs of CPU of a join, everything together. */
  cpuPerJoin: z.number(),
  /** Of one of many who come at once. */
  perCrowdedJoin: Outcome.shape.people.element.shape.perJoin,
});
export type Measured = z.infer<typeof Measured>;

export const readMeasured = (): Measured => Measured.parse(JSON.parse(readFileSync(FILE, "utf8")));

/** @throws when something of it could not be measured: the last counts stay */
export function writeMeasured({ machine, hours, people, bytesPerRoom }: Outcome): void {
  const last = people.at(-1);
  if (last === undefined || hours.length === 0)
    throw new Error("The counts of npm run cost stay as they were: people or hours could not be measured");
  const measured: Measured = {
    at: machine.at,
    workerd: machine.workerd,
    hours,
    bytesPerRoom: Math.round(bytesPerRoom),
    cpuPerJoin: last.cpuPerJoin,
    perCrowdedJoin: last.perJoin,
  };
  writeFileSync(FILE, `${JSON.stringify(measured, null, 2)}\n`);
}
