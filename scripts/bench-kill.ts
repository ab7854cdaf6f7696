/**
 * `npm run bench:kill -- [--kills 100]`: workerd is killed with -9 while people write, again and again, and every
 * message that was acknowledged must still be in the room afterwards. About two seconds a kill.
 */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Writer } from "./bench/acknowledged.ts";
import { chatSettings } from "./bench/contenders.ts";
import { readAllMessages } from "./bench/room-messages.ts";
import { type Server, startServer } from "./bench/server-process.ts";
import { fail, say } from "./toolchain/steps.ts";

const KILLS = 100;
const WRITERS = 10;
/** ms of writing before a kill: at least, and at random up to so much more. */
const LEAST_MS = 200;
const MORE_MS = 400;
/** ms in which something must have been acknowledged. */
const PATIENCE_MS = 20_000;
/** Everything stays visible, so that everything can be counted. */
const chat = (() => {
  const { limits, ...rest } = chatSettings(12_000);
  return { ...rest, limits: { ...limits, visibleMessages: 1_000_000 } };
})();

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { kills: { type: "string" } } });
  const kills = values.kills === undefined ? KILLS : Number(values.kills);
  if (!Number.isInteger(kills) || kills < 1)
    throw new Error(`--kills ${values.kills}: a whole number from 1 is needed`);
  const folder = mkdtempSync(path.join(tmpdir(), "bench-kill-"));
  let acknowledged = 0;
  let lost = 0;
  try {
    for (let kill = 1; kill <= kills; kill++) {
      const round = await oneKill(folder, `kill-${randomUUID().slice(0, 8)}`);
      acknowledged += round.acknowledged;
      lost += round.lost;
      if (round.lost > 0 || kill % 10 === 0)
        say(`${kill} kills, ${acknowledged} messages acknowledged, ${lost} lost`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${kills} kills with -9 under load: ${acknowledged} messages acknowledged, ${lost} lost`);
  return lost === 0 ? 0 : 1;
}

async function oneKill(folder: string, room: string): Promise<{ acknowledged: number; lost: number }> {
  let server: Server = await startServer("ours", chat, {}, folder);
  try {
    const writers = Array.from(
      { length: WRITERS },
      () => new Writer(async () => `ws://${server.address}/chat/${room}?username=writer`),
    );
    const count = () => writers.reduce((sum, writer) => sum + writer.acknowledged.size, 0);
    const patience = Date.now() + PATIENCE_MS;
    while (count() === 0) {
      if (Date.now() > patience) throw new Error("Nothing was acknowledged: there is nothing to lose");
      await wait(20);
    }
    await wait(LEAST_MS + Math.random() * MORE_MS);
    // The runtime first dies; what starts it anew is ended with it.
    for (const pid of server.pids) process.kill(pid, "SIGKILL");
    for (const writer of writers) writer.end();
    await server.kill();
    const ids = writers.flatMap((writer) => [...writer.acknowledged]);
    server = await startServer("ours", chat, {}, folder);
    const kept = new Set((await readAllMessages(server.address, room)).map(({ id }) => id));
    return { acknowledged: ids.length, lost: ids.filter((id) => !kept.has(id)).length };
  } finally {
    await server.stop();
  }
}

main().then((code) => process.exit(code), fail);
