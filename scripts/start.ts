// npm start: engine, local account, `pulumi up` on the stack local, smoke test; then the Worker's logs until Ctrl-C.
import { rmSync } from "node:fs";
import { smokeTest } from "./smoke/smoke-test.ts";
import { deployedChat } from "./smoke/target.ts";
import { type Account, runningAccount } from "./stack/account-file.ts";
import { LOCAL_STACK } from "./stack/environment.ts";
import { openStack } from "./stack/open-stack.ts";
import { stackFile } from "./stack/stack-file.ts";
import { startAccountProcess, stopAccount } from "./start/account-process.ts";
import { farewell } from "./start/farewell.ts";
import { readStartOptions, type StartOptions } from "./start/options.ts";
import { requireFreePorts } from "./start/ports.ts";
import { streamLogs } from "./start/tail.ts";
import { placesOfVersion } from "./tail/source-places.ts";
import { ensureEngine } from "./toolchain/engine.ts";
import { localFolder } from "./toolchain/places.ts";
import { fail, say, step } from "./toolchain/steps.ts";
import { deploy } from "./up/deploy.ts";

/** One Ctrl-C can arrive twice: from the terminal, and passed on by the command's parent. */
const SAME_SIGNAL_MS = 1_000;

async function forgetLocalState(): Promise<void> {
  await stopAccount();
  rmSync(localFolder, { recursive: true, force: true });
  rmSync(stackFile(LOCAL_STACK), { force: true });
}

/** The account that runs already when its ports are the wanted ones, or a new one. */
async function account({ port, apiPort }: StartOptions): Promise<{ account: Account; ours: boolean }> {
  const running = runningAccount();
  if (running === undefined) {
    await requireFreePorts([
      { flag: "--port", port },
      { flag: "--api-port", port: apiPort },
    ]);
    return { account: await startAccountProcess({ port, apiPort }), ours: true };
  }
  const has = (url: string, wanted: number) => wanted === 0 || Number(new URL(url).port) === wanted;
  if (has(running.edgeUrl, port) && has(running.apiUrl, apiPort)) return { account: running, ours: false };
  throw new Error(
    `The local account runs already, at ${running.edgeUrl} and ${running.apiUrl}. ` +
      `End it with \`npm stop\` to start it with other ports.`,
  );
}

/** Deploys and proves the chat. @throws with the reason when it does not work. */
async function bringUp(): ReturnType<typeof deployedChat> {
  const open = await openStack(LOCAL_STACK, { stack: true, provider: true });
  say("  pulumi up, stack local");
  if ((await deploy(open, { flags: [], confirm: async () => true, prove: false })) !== 0)
    throw new Error("pulumi up did not succeed; its own words stand above. `npm start` goes on from here.");
  const target = await deployedChat(LOCAL_STACK);
  await step(
    "smoke test",
    () => smokeTest(target),
    ({ lines }) => lines.join(", "),
  );
  return target;
}

async function main(): Promise<void> {
  const options = readStartOptions(process.argv.slice(2));
  if (options.fresh) await step("local state forgotten", forgetLocalState);
  await step("engine", ensureEngine, ({ version, source }) => `Pulumi ${version}, ${source}`);
  const { account: running, ours } = await step(
    "local account",
    () => account(options),
    (started) => `${started.account.edgeUrl}${started.ours ? "" : ", ran already"}`,
  );

  const stopping = new AbortController();
  let stoppedAt = 0;
  const stop = () => {
    if (stoppedAt !== 0 && Date.now() - stoppedAt > SAME_SIGNAL_MS) process.exit(1);
    stoppedAt ||= Date.now();
    stopping.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);

  const end = async () => {
    if (ours) await step("local account stopped", () => stopAccount(running));
  };
  try {
    const chat = await bringUp();
    for (const line of farewell({ account: running, url: chat.url, detached: options.detach || !ours }))
      console.log(line);
    if (options.detach) return;
    const places = await placesOfVersion(chat.version);
    const print = (line: string) => console.log(places?.(line) ?? line);
    await streamLogs({ ...running, scriptName: chat.scriptName }, print, stopping.signal);
  } catch (error) {
    if (!stopping.signal.aborted) say(`✗ ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
    if (options.detach && ours) await end();
  } finally {
    if (!options.detach) await end();
  }
}

main().then(() => process.exit(), fail);
