/** `npm run cost -- --rooms 50000 --users 20 --messages 200`: what a chat would cost a month at Cloudflare. */
import { parseArgs } from "node:util";
import { billLines, caseTable } from "./cost/report.ts";
import { fail } from "./toolchain/steps.ts";

const USAGE =
  "npm run cost -- --rooms N --users <in each room> --messages <a room and day> [--hours 8] [--regions 1]; alone: examples";

function numberOf(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new Error(`--${name} ${text}: a number from 0 is needed.\n${USAGE}`);
}

function main(): void {
  const { values } = parseArgs({
    options: {
      rooms: { type: "string" },
      users: { type: "string" },
      messages: { type: "string" },
      hours: { type: "string" },
      regions: { type: "string" },
    },
  });
  if (Object.keys(values).length === 0) {
    console.log([...caseTable(), "", USAGE].join("\n"));
    return;
  }
  const load = {
    rooms: numberOf("rooms", values.rooms, 1),
    usersPerRoom: numberOf("users", values.users, 10),
    messagesPerDay: numberOf("messages", values.messages, 100),
    hoursPerDay: numberOf("hours", values.hours, 8),
    regions: numberOf("regions", values.regions, 1),
  };
  if (load.hoursPerDay > 24) throw new Error(`--hours ${load.hoursPerDay}: a day has 24`);
  if (load.regions < 1) throw new Error(`--regions ${load.regions}: at least 1`);
  console.log(billLines(load).join("\n"));
}

try {
  main();
} catch (error) {
  fail(error);
}
