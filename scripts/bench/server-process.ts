/** A contender's server: a process bound to one core, with a data folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import * as z from "zod";
import type { ChatConfig } from "../../worker/bindings.ts";
import { projectFolder } from "../toolchain/places.ts";
import { isOurs, moduleOf, nodeProgramOf, type ServerName } from "./contenders.ts";
import { pinned } from "./cores.ts";

const Ready = z.object({ port: z.number(), pids: z.array(z.number()) });

/** ms in which a server must say its port. */
const START_MS = 30_000;

export interface Server {
  /** Host and port. */
  readonly address: string;
  /** Processes whose CPU time and memory are the server's. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
  /** At once, with -9, and without taking the data away. */
  kill(): Promise<void>;
}

export async function startServer(
  server: ServerName,
  chat: ChatConfig,
  environment: Readonly<Record<string, string>> = {},
  /** Where its data lies and stays; without one it is gone with the server. */
  kept?: string,
  /** The other checkout, for the server of that name. */
  before?: string,
): Promise<Server> {
  const folder = kept ?? mkdtempSync(path.join(tmpdir(), `bench-${server}-`));
  const node = nodeProgramOf(server);
  const command: [string, ...string[]] =
    node === undefined
      ? [
          process.execPath,
          path.join(projectFolder, "scripts/bench/worker-server.ts"),
          await moduleOf(server, folder, before),
          path.join(folder, "data"),
          ...(isOurs(server) ? [JSON.stringify(chat)] : []),
        ]
      : [process.execPath, node];
  const started = await startProcess(command, environment);
  return {
    ...started,
    stop: async () => {
      await started.stop();
      if (kept === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A program that prints one line of JSON (`port`, perhaps `pids`) and ends when its stdin does. */
export async function startProcess(
  command: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const [program, ...args] = pinned("server", command);
  const child = spawn(program, args, {
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, ...environment },
  });
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const stop = async () => {
    child.stdin?.end();
    const force = setTimeout(() => child.kill("SIGKILL"), 5_000);
    if (command.length === 2 || !command.some((part) => part.endsWith("worker-server.ts"))) child.kill();
    await ended;
    clearTimeout(force);
  };
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  const { port, pids = [] } = await firstLine(child, command.join(" ").slice(0, 200), ended);
  return { address: `127.0.0.1:${port}`, pids, stop, kill };
}

function firstLine(
  child: ChildProcess,
  name: string,
  ended: Promise<void>,
): Promise<{ port: number; pids?: number[] | undefined }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error(`${name}: no port within ${START_MS / 1000} s`));
    }, START_MS);
    child.on("error", reject);
    void ended.then(() => reject(new Error(`${name} ended before it said its port`)));
    if (child.stdout)
      createInterface({ input: child.stdout }).once("line", (line) => {
        clearTimeout(timer);
        resolve(Ready.partial({ pids: true }).parse(JSON.parse(line)));
      });
  });
}
