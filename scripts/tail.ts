// npm run tail -- <stack> [--room <room>]: the Worker's logs as they come, until Ctrl-C. Opened again when it ends.
import { deployedChat } from "./smoke/target.ts";
import { openStack } from "./stack/open-stack.ts";
import { stackAccount } from "./stack/stack-account.ts";
import { streamLogs } from "./start/tail.ts";
import { readTailOptions } from "./tail/options.ts";
import { fail, say } from "./toolchain/steps.ts";

async function main(): Promise<void> {
  const { stack, room } = readTailOptions(process.argv.slice(2));
  const { scriptName } = await deployedChat(stack);
  const account = await stackAccount(await openStack(stack, { stack: true, provider: false }));
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopping.abort());
  say(`Logs of ${scriptName}${room === undefined ? "" : `, room ${room}`}. Ctrl-C ends.`);
  await streamLogs({ ...account, scriptName }, (line) => console.log(line), stopping.signal, room);
}

main().then(() => process.exit(), fail);
