// npm run query -- <stack> <room> ["SELECT …"] [--region <region> | --hub] [--json]: what a room has stored, in each region
// or in its hub. Without a query: its tables with their rows, its facts, and its newest messages. Reads only.
import { readQueryOptions } from "./query/options.ts";
import { askRoom, type RoomObject, type Row } from "./query/room-storage.ts";
import { settingsOf } from "./release/program-settings.ts";
import { openStack } from "./stack/open-stack.ts";
import { fail, say } from "./toolchain/steps.ts";
import { cloudflareApi } from "./up/cloudflare-api.ts";

const TABLES =
  "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'";
const NEWEST_MESSAGES = 10;
const OVERVIEW = {
  ChatRoom: [
    "SELECT key, value FROM facts ORDER BY key",
    `SELECT place, origin, seq, username, message, timestamp, state FROM (SELECT * FROM entries ORDER BY place DESC LIMIT ${NEWEST_MESSAGES}) ORDER BY place`,
  ],
  RoomHub: [
    "SELECT key, value FROM facts ORDER BY key",
    "SELECT region, origin, state, users, connections FROM replicas ORDER BY region",
  ],
};

const title = (object: RoomObject): string =>
  object.className === "RoomHub" ? "hub" : `region ${object.region}`;

async function main(): Promise<void> {
  const { stack, room, sql, region, hub, json } = readQueryOptions(process.argv.slice(2));
  const open = await openStack(stack, { stack: true, provider: false });
  const { scriptName, chat } = await settingsOf(open);
  if (chat.jurisdiction !== undefined)
    throw new Error(
      `Stack "${stack}" keeps its rooms in the jurisdiction "${chat.jurisdiction}": the API finds objects by name outside of jurisdictions only.`,
    );
  const api = await cloudflareApi(open);
  const regions = region === undefined ? chat.regions : [region];
  const objects: RoomObject[] = hub
    ? [{ className: "RoomHub" }]
    : regions.map((one) => ({ className: "ChatRoom", region: one }));
  const ask = (object: RoomObject, queries: readonly string[]) =>
    askRoom(api, scriptName, object, room, queries);

  const answers: { object: string; tables: Row[][] | null }[] = [];
  for (const object of objects) {
    const results = sql === undefined ? await overview(ask, object) : await ask(object, [sql]);
    answers.push({ object: title(object), tables: results ?? null });
  }
  if (json) console.log(JSON.stringify({ stack, room, objects: answers }, null, 2));
  else for (const { object, tables } of answers) show(object, tables);
}

async function overview(
  ask: (object: RoomObject, queries: readonly string[]) => Promise<Row[][] | undefined>,
  object: RoomObject,
): Promise<Row[][] | undefined> {
  const [tables] = (await ask(object, [TABLES])) ?? [];
  // An object that was only asked something has a storage without a table.
  if (tables === undefined || tables.length === 0) return undefined;
  const count = tables
    .map(({ name }) => `SELECT '${name}' AS "table", count(*) AS rows FROM "${name}"`)
    .join(" UNION ALL ");
  return ask(object, [count, ...OVERVIEW[object.className]]);
}

function show(object: string, tables: Row[][] | null): void {
  say(`\n── ${object}`);
  if (tables === null) say("nothing stored: nobody was here");
  for (const rows of tables ?? [])
    if (rows.length === 0) say("no rows");
    else console.table(rows);
}

main().then(() => process.exit(), fail);
