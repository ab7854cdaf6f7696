import { type SpawnOptions, spawn } from "node:child_process";
import { constants } from "node:os";

/** How a command ended and what it said. */
export type Answer = { code: number | null; stdout: string; stderr: string };

/**
 * Runs a command to its end and keeps what it says.
 *
 * @throws when the command cannot be started at all; a failing exit code is the caller's to judge.
 */
export function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { input?: string } = {},
): Promise<Answer> {
  const { input, ...spawning } = options;
  const child = spawn(command, args, {
    ...spawning,
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
  });
  child.stdin?.end(input);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
}

const PASSED_ON = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs a command on the user's own terminal; resolves with its exit code. The command decides what a signal means: this
 * process waits for its end. A terminal's Ctrl-C reaches the command by itself.
 */
export function runVisibly(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<number> {
  const child = spawn(command, args, { ...options, stdio: "inherit" });
  const passOn = (signal: NodeJS.Signals) => {
    if (!(signal === "SIGINT" && process.stdin.isTTY)) child.kill(signal);
  };
  for (const signal of PASSED_ON) process.on(signal, passOn);
  const stopPassing = () => {
    for (const signal of PASSED_ON) process.off(signal, passOn);
  };
  return new Promise((resolve, reject) => {
    child.on("error", (error) => {
      stopPassing();
      reject(error);
    });
    child.on("close", (code, signal) => {
      stopPassing();
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 1));
    });
  });
}
