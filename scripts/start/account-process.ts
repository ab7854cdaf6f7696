import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, openSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Account, runningAccount } from "../stack/account-file.ts";
import { localFolder, projectFolder } from "../toolchain/places.ts";
import { isRunning } from "../toolchain/process-identity.ts";

const POLL_MS = 50;
/** A cold start reads the state, and starts workerd with every deployed script. */
const START_MS = 60_000;
/** The account ends its sockets and workerd by itself well within this. */
const STOP_MS = 10_000;
const LAST_LINES = 15;

/** Where the account's process writes what it has to say. */
export const accountLog = path.join(localFolder, "account.log");

/**
 * Starts the local account in a process group of its own, so that a terminal's Ctrl-C does not take it down before the
 * rest is done, and so that it can stay when this process ends.
 *
 * @throws with the account's own last words when it does not come up.
 */
export async function startAccountProcess(ports: { port: number; apiPort: number }): Promise<Account> {
  mkdirSync(localFolder, { recursive: true, mode: 0o700 });
  const log = openSync(accountLog, "w", 0o600);
  const args = ["local/main.ts", "--directory", localFolder];
  const child = spawn(
    process.execPath,
    [...args, "--port", `${ports.port}`, "--api-port", `${ports.apiPort}`],
    {
      cwd: projectFolder,
      detached: true,
      // Not stdout, on which the account says its token: no log may hold a secret. Its file of mode 0600 says the same.
      stdio: ["ignore", "ignore", log],
    },
  );
  child.unref();
  return waitForAccount(child);
}

async function waitForAccount(child: ChildProcess): Promise<Account> {
  let failure: string | undefined;
  child.on("error", (error) => {
    failure = error.message;
  });
  child.on("exit", (code, signal) => {
    failure = `it ended with ${signal ?? `exit code ${code}`}`;
  });
  const deadline = Date.now() + START_MS;
  while (failure === undefined && Date.now() < deadline) {
    const account = runningAccount();
    if (account && account.pid === child.pid) return account;
    await pause(POLL_MS);
  }
  if (failure === undefined) {
    child.kill();
    failure = `it was not ready after ${START_MS / 1000} s`;
  }
  throw new Error(`The local account did not start: ${failure}.\n${lastWords()}`);
}

const lastWords = (): string =>
  readFileSync(accountLog, "utf8").trim().split("\n").slice(-LAST_LINES).join("\n");

/** Ends a running account: asks it first, insists after a while. True when there was one. */
export async function stopAccount(account: Account | undefined = runningAccount()): Promise<boolean> {
  if (account === undefined) return false;
  signal(account.pid, "SIGTERM");
  const deadline = Date.now() + STOP_MS;
  while (isRunning(account)) {
    if (Date.now() > deadline) signal(-account.pid, "SIGKILL");
    await pause(POLL_MS);
  }
  return true;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone in between, which is what was wanted.
  }
}
