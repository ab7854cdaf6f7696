/** `npm run cost -- --rooms 50000 --users 20 --messages 200`: what a chat would cost a month at Cloudflare. */
import { parseArgs } from "node:util";
import { readMeasured } from "./cost/measured.ts";
import { writePage } from "./cost/page.ts";
import { billLines, caseTable } from "./cost/report.ts";
import { type Load, USUAL } from "./cost/usage.ts";
import { fail, say } from "./toolchain/steps.ts";

const USAGE = [
  "npm run cost -- --rooms N --users <in each room> --messages <a room and day>",
  "               [--hours 8] [--regions 1] [--visits 3] [--logs <share that Workers Logs keeps, 0 to 1>]",
  "npm run cost              the cases of docs/cost.md",
  "npm run cost -- --page    writes them there, after a change of prices",
].join("\n");

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
      visits: { type: "string" },
      logs: { type: "string" },
      page: { type: "boolean", default: false },
    },
  });
  const { page, ...given } = values;
  const measured = readMeasured();
  if (page) {
    writePage(measured);
    say("✓ docs/cost.md");
    return;
  }
  if (Object.keys(given).length === 0) {
    console.log([...caseTable(measured), "", USAGE].join("\n"));
    return;
  }
  const load: Load = {
    rooms: numberOf("rooms", values.rooms, 1),
    usersPerRoom: numberOf("users", values.users, USUAL.usersPerRoom),
    messagesPerDay: numberOf("messages", values.messages, USUAL.messagesPerDay),
    hoursPerDay: numberOf("hours", values.hours, USUAL.hoursPerDay),
    regions: numberOf("regions", values.regions, USUAL.regions),
    visitsPerDay: numberOf("visits", values.visits, USUAL.visitsPerDay),
    logShare: numberOf("logs", values.logs, USUAL.logShare),
  };
  if (load.hoursPerDay > 24) throw new Error(`--hours ${load.hoursPerDay}: a day has 24`);
  const most = Math.max(...measured.hours.map(({ regions }) => regions));
  if (load.regions < 1 || load.regions > most)
    throw new Error(`--regions ${load.regions}: from 1 to ${most}, which is what was measured`);
  if (load.logShare > 1) throw new Error(`--logs ${load.logShare}: a share from 0 to 1`);
  console.log(billLines(load, measured).join("\n"));
}

try {
  main();
} catch (error) {
  fail(error);
}
