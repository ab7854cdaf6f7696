import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { type Account, runningAccount } from "../../../scripts/stack/account-file.ts";
import { isRunning } from "../../../scripts/toolchain/process-identity.ts";
import { type Answer, run } from "../../../scripts/toolchain/run.ts";
import { within } from "./within.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));

/** A command that runs on; tests kill it, or wait for its end. */
export type Running = { child: ChildProcess; output(): string; ended: Promise<number | null> };

/**
 * A chat of a test's own: own account, state and stack file in a temporary folder, on ports that the system chose. The
 * program, node_modules and the engine are the project's. Never touches the developer's own `.local`.
 */
export class IsolatedChat {
  readonly folder: string = mkdtempSync(path.join(os.tmpdir(), "edge-chat-test-"));
  readonly environment: NodeJS.ProcessEnv = {
    ...process.env,
    EDGE_CHAT_HOME: this.folder,
    // Whatever the developer's shell points to must not reach a test.
    PULUMI_BACKEND_URL: undefined,
    PULUMI_STACK: undefined,
    PULUMI_CONFIG_PASSPHRASE: undefined,
    CLOUDFLARE_API_TOKEN: undefined,
    CLOUDFLARE_API_BASE_URL: undefined,
    CLOUDFLARE_ACCOUNT_ID: undefined,
    NO_COLOR: "1",
  };
  #accountPid: number | undefined;

  /** `.local` of this chat. */
  get localFolder(): string {
    return path.join(this.folder, ".local");
  }

  /** The account that runs now. @throws when none does. */
  get account(): Account {
    const account = runningAccount(this.localFolder);
    if (account === undefined) throw new Error(`no account runs in ${this.localFolder}`);
    return account;
  }

  /** Runs `npm run <name> -- <args>` to its end, without npm. */
  npm(name: string, ...args: string[]): Promise<Answer> {
    return run(process.execPath, ["scripts/bootstrap.mjs", name, ...args], {
      cwd: project,
      env: this.environment,
    });
  }

  /** The same, but it must succeed. @throws with everything it said. */
  async mustNpm(name: string, ...args: string[]): Promise<string> {
    const answer = await this.npm(name, ...args);
    const said = `${answer.stdout}${answer.stderr}`;
    if (answer.code !== 0)
      throw new Error(`npm run ${name} -- ${args.join(" ")} exited ${answer.code}:\n${said}`);
    return said;
  }

  /** Starts a command in a process group of its own and lets it run. */
  start(command: string, ...args: string[]): Running {
    const child = spawn(process.execPath, ["scripts/bootstrap.mjs", command, ...args], {
      cwd: project,
      env: this.environment,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const hear = (chunk: string) => {
      said += chunk;
    };
    child.stdout.setEncoding("utf8").on("data", hear);
    child.stderr.setEncoding("utf8").on("data", hear);
    return { child, output: () => said, ended: new Promise((resolve) => child.on("close", resolve)) };
  }

  /** Starts the local account alone, on free ports unless told otherwise. */
  async startAccount(ports: { port: number; apiPort: number } = { port: 0, apiPort: 0 }): Promise<Account> {
    mkdirSync(this.localFolder, { recursive: true });
    const args = [
      "--directory",
      this.localFolder,
      "--port",
      `${ports.port}`,
      "--api-port",
      `${ports.apiPort}`,
    ];
    const child = spawn(process.execPath, ["local/main.ts", ...args], {
      cwd: project,
      env: this.environment,
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      said += chunk;
    });
    this.#accountPid = child.pid;
    return within(60_000, "the account to start", async () => {
      if (child.exitCode !== null) throw new Error(`the account ended with ${child.exitCode}: ${said}`);
      const account = runningAccount(this.localFolder);
      return account?.pid === child.pid ? account : undefined;
    });
  }

  /** Kills the account and its whole process group with -9, as a power cut would. */
  async killAccount(): Promise<void> {
    const account = runningAccount(this.localFolder);
    const pid = account?.pid ?? this.#accountPid;
    if (pid === undefined) return;
    killGroup(pid);
    if (account)
      await within(10_000, "the account to die", async () => (isRunning(account) ? undefined : true));
  }

  /** Asks the management API of this chat's account. */
  async api(place: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> {
    const { apiUrl, apiToken } = this.account;
    const headers = { authorization: `Bearer ${apiToken}`, "content-type": "application/json" };
    const answer = await fetch(`${apiUrl}${place}`, { ...init, headers });
    return { status: answer.status, body: await answer.json() };
  }

  /** Ends everything and removes the folder. */
  async dispose(): Promise<void> {
    await this.killAccount();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Kills a process group that this test started. */
export function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Gone already.
  }
}
