// npm run tail -- <stack> [--room <room>]: the Worker's logs as they come, until Ctrl-C. Opened again when it ends.
import { deployedChatOf } from "./smoke/target.ts";
import { openStack } from "./stack/open-stack.ts";
import { stackAccount } from "./stack/stack-account.ts";
import { streamLogs } from "./start/tail.ts";
import { readTailOptions } from "./tail/options.ts";
import { placesOfVersion } from "./tail/source-places.ts";
import { fail, say } from "./toolchain/steps.ts";

async function main(): Promise<void> {
  const { stack, room } = readTailOptions(process.argv.slice(2));
  const open = await openStack(stack, { stack: true, provider: false });
  const { scriptName, version } = await deployedChatOf(open);
  const account = await stackAccount(open);
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopping.abort());
  say(`Logs of ${scriptName}${room === undefined ? "" : `, room ${room}`}. Ctrl-C ends.`);
  const places = await placesOfVersion(version);
  if (places === undefined)
    say(
      `Stack traces name places of the bundle: these sources are not version ${version.slice(0, 8)}. In a clone at its commit they name sources.`,
    );
  const print = (line: string) => console.log(places?.(line) ?? line);
  await streamLogs({ ...account, scriptName }, print, stopping.signal, room);
}

main().then(() => process.exit(), fail);
