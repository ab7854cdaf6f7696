import { type SpawnOptions, spawn } from "node:child_process";

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

/** Runs a command on the user's own terminal; resolves with its exit code. */
export function runVisibly(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): Promise<number> {
  const child = spawn(command, args, { ...options, stdio: "inherit" });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
}
