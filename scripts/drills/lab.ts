import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseDocument } from "yaml";
import * as z from "zod";
import { type Account, runningAccount } from "../stack/account-file.ts";
import { projectFolder } from "../toolchain/places.ts";
import { type Answer, run } from "../toolchain/run.ts";
import { within } from "./within.ts";

/** A command under way. */
export type Running = { child: ChildProcess; output(): string; ended: Promise<number | null> };
/** A failure on purpose, as `local/faults` takes it. */
export type Fault = {
  method?: string;
  path: string;
  nth?: number;
  times?: number;
  action:
    | { kind: "status"; status: number; code?: number; retryAfterSeconds?: number }
    | { kind: "hang" }
    | { kind: "reset" };
  when?: "before" | "after";
};

const Report = z.object({
  result: z.object({
    met: z.number(),
    calls: z.array(z.object({ method: z.string(), path: z.string() })),
  }),
});
export type FaultReport = z.infer<typeof Report>["result"];

const START_MS = 60_000;
/** What the caller's shell points to must not reach a drill. */
const FOREIGN = /^(PULUMI_(BACKEND_URL|STACK|CONFIG_PASSPHRASE(_FILE)?|ACCESS_TOKEN)|CLOUDFLARE_.*)$/;

/** A chat to break: an account, a state and a stack file of its own in a temporary folder, on free ports. */
export class Lab {
  readonly folder: string = mkdtempSync(path.join(os.tmpdir(), "edge-chat-drills-"));
  readonly #environment: NodeJS.ProcessEnv = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !FOREIGN.test(name))),
    EDGE_CHAT_HOME: this.folder,
    NO_COLOR: "1",
  };
  #accountProcess: ChildProcess | undefined;

  static async start(): Promise<Lab> {
    const lab = new Lab();
    await lab.#startAccount();
    return lab;
  }

  async #startAccount(): Promise<void> {
    const local = path.join(this.folder, ".local");
    mkdirSync(local, { recursive: true });
    const child = spawn(
      process.execPath,
      ["local/main.ts", "--directory", local, "--port", "0", "--api-port", "0"],
      { cwd: projectFolder, env: this.#environment, detached: true, stdio: ["ignore", "ignore", "pipe"] },
    );
    this.#accountProcess = child;
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      said = `${said}${chunk}`.slice(-10_000);
    });
    await within(START_MS, "the local account to start", async () => {
      if (child.exitCode !== null) throw new Error(`the local account ended with ${child.exitCode}: ${said}`);
      return runningAccount(local);
    });
  }

  get account(): Account {
    const account = runningAccount(path.join(this.folder, ".local"));
    if (account === undefined) throw new Error("the drill's account has ended");
    return account;
  }

  /** `npm run <name> -- <args>`, to its end. */
  npm(name: string, ...args: string[]): Promise<Answer> {
    return run(process.execPath, ["scripts/bootstrap.mjs", name, ...args], {
      cwd: projectFolder,
      env: this.#environment,
    });
  }

  /** The same, but it must succeed. @throws with everything it said. */
  async mustNpm(name: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.npm(name, ...args);
    if (code !== 0)
      throw new Error(`npm run ${name} -- ${args.join(" ")} exited ${code}:\n${stdout}${stderr}`);
    return `${stdout}${stderr}`;
  }

  /** Starts a command in a process group of its own. */
  begin(name: string, ...args: string[]): Running {
    const child = spawn(process.execPath, ["scripts/bootstrap.mjs", name, ...args], {
      cwd: projectFolder,
      env: this.#environment,
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

  /** Changes a limit of the chat in the stack file: the next `up` uploads the script. */
  setLimit(name: string, value: number): void {
    const file = path.join(this.folder, "Pulumi.local.yaml");
    const document = parseDocument(readFileSync(file, "utf8"));
    document.setIn(["config", "edge-websocket-chat:limits", name], value);
    writeFileSync(file, document.toString());
  }

  /** Makes the account fail; with none it behaves again. The record of calls begins anew. */
  async arm(...faults: Fault[]): Promise<void> {
    await this.#faults({ method: "POST", body: JSON.stringify(faults) });
  }

  /** The calls since then, and how many of them failed on purpose. */
  async report(): Promise<FaultReport> {
    return Report.parse(await this.#faults({ method: "GET" })).result;
  }

  async #faults(init: RequestInit): Promise<unknown> {
    const { apiUrl, apiToken } = this.account;
    const headers = { authorization: `Bearer ${apiToken}`, "content-type": "application/json" };
    const answer = await fetch(new URL("/__local/faults", apiUrl), { ...init, headers });
    if (!answer.ok) throw new Error(`the account answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  dispose(): void {
    if (this.#accountProcess?.pid !== undefined) killGroup(this.#accountProcess.pid);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Kills a process group that the lab started, with -9. */
export function killGroup(leader: number): void {
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Gone already.
  }
}
