import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { type Account, runningAccount } from "../../../scripts/stack/account-file.ts";
import { isRunning } from "../../../scripts/toolchain/process-identity.ts";
import { type Answer, run } from "../../../scripts/toolchain/run.ts";
import { killGroup, type Running } from "./isolated-chat.ts";
import { within } from "./within.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));
/** What a deployment is made of. Packages and the engine are shared with the project: they are only read. */
const COPIED = ["infra", "worker", "client", "local", "scripts"];
const FILES = /^(package(-lock)?\.json|Pulumi(\.\w+)?\.yaml|\.npmrc|tsconfig\.json)$/;
const SHARED = ["node_modules", ".tools"];

const ownFiles = (): string[] =>
  readdirSync(project).filter((file) => FILES.test(file) && file !== "Pulumi.local.yaml");

/** A clone of the project whose sources a test may change, with an account and a stack of its own. */
export class ProjectCopy {
  readonly folder: string = mkdtempSync(path.join(os.tmpdir(), "edge-chat-copy-"));
  /** Everything that any command printed. */
  said = "";
  #child: ChildProcess | undefined;
  readonly #environment: NodeJS.ProcessEnv;

  /** @param commit Whose sources to take instead of the project's present ones. */
  constructor(commit?: string) {
    if (commit === undefined) this.takeSources();
    else this.#takeCommit(commit);
    // In a fresh clone nothing has made it yet; the first command fills it, for all copies.
    mkdirSync(path.join(project, ".tools"), { recursive: true });
    for (const entry of SHARED) symlinkSync(path.join(project, entry), path.join(this.folder, entry));
    const { EDGE_CHAT_HOME: _, PULUMI_BACKEND_URL: __, PULUMI_STACK: ___, ...environment } = process.env;
    this.#environment = { ...environment, NO_COLOR: "1" };
  }

  /** Puts the project's present sources into place of those that are there. State, settings and account stay. */
  takeSources(): void {
    for (const entry of COPIED) rmSync(path.join(this.folder, entry), { recursive: true, force: true });
    for (const entry of [...COPIED, ...ownFiles()])
      cpSync(path.join(project, entry), path.join(this.folder, entry), { recursive: true });
  }

  /** The sources of a commit, with the packages of today: those are what is installed. */
  #takeCommit(commit: string): void {
    const archive = path.join(this.folder, "sources.tar");
    execFileSync("git", ["archive", `--output=${archive}`, commit], { cwd: project });
    execFileSync("tar", ["-xf", archive, "-C", this.folder]);
    rmSync(archive);
    for (const file of ownFiles().filter((name) => name.startsWith("package")))
      cpSync(path.join(project, file), path.join(this.folder, file));
  }

  /** Changes a source or settings file. @throws when the change changes nothing. */
  edit(file: string, change: (text: string) => string): void {
    const place = path.join(this.folder, file);
    const before = readFileSync(place, "utf8");
    const after = change(before);
    if (after === before) throw new Error(`the edit of ${file} changed nothing`);
    writeFileSync(place, after);
  }

  read(file: string): string {
    return readFileSync(path.join(this.folder, file), "utf8");
  }

  /** Texts of all files below a folder. */
  texts(folder: string): string[] {
    return readdirSync(path.join(this.folder, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), "utf8"));
  }

  /** `npm run <name> -- <args>` in this clone, to its end. */
  async npm(name: string, ...args: string[]): Promise<Answer & { said: string }> {
    const answer = await this.#run(name, ...args);
    const said = `${answer.stdout}${answer.stderr}`;
    this.said += said;
    return { ...answer, said };
  }

  /** Starts a command in a process group of its own and lets it run. */
  start(name: string, ...args: string[]): Running {
    const child = spawn(process.execPath, ["scripts/bootstrap.mjs", name, ...args], {
      cwd: this.folder,
      env: this.#environment,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let said = "";
    const hear = (chunk: string) => {
      said += chunk;
      this.said += chunk;
    };
    child.stdout.setEncoding("utf8").on("data", hear);
    child.stderr.setEncoding("utf8").on("data", hear);
    return { child, output: () => said, ended: new Promise((resolve) => child.on("close", resolve)) };
  }

  /** Kills a command with -9, with all that it started. */
  kill({ child }: Running): void {
    if (child.pid !== undefined) killGroup(child.pid);
  }

  #run(name: string, ...args: string[]): Promise<Answer> {
    return run(process.execPath, ["scripts/bootstrap.mjs", name, ...args], {
      cwd: this.folder,
      env: this.#environment,
    });
  }

  /** A setting in plain, also a secret one: the one command whose words do not count as said. */
  async setting(name: string): Promise<string> {
    const { code, stdout, stderr } = await this.#run("pulumi", "config", "get", name, "--stack", "local");
    if (code !== 0) throw new Error(`setting ${name} cannot be read: ${stderr}`);
    return stdout.trim();
  }

  /** The same for the Pulumi CLI on stack `local`; it must succeed. @throws with everything it said. */
  async pulumi(...args: string[]): Promise<string> {
    const { code, said } = await this.npm("pulumi", ...args, "--stack", "local");
    if (code !== 0) throw new Error(`pulumi ${args.join(" ")} exited ${code}:\n${said}`);
    return said;
  }

  get account(): Account {
    const account = runningAccount(path.join(this.folder, ".local"));
    if (account === undefined) throw new Error(`no account runs in ${this.folder}`);
    return account;
  }

  /** Starts the clone's own local account on free ports. */
  async startAccount(): Promise<Account> {
    const args = ["local/main.ts", "--directory", ".local", "--port", "0", "--api-port", "0"];
    const child = spawn(process.execPath, args, {
      cwd: this.folder,
      env: this.#environment,
      detached: true,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#child = child;
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      errors += chunk;
      this.said += chunk;
    });
    return within(60_000, "the account to start", async () => {
      if (child.exitCode !== null) throw new Error(`the account ended with ${child.exitCode}: ${errors}`);
      return runningAccount(path.join(this.folder, ".local"));
    });
  }

  /** Kills the account with -9, with all that it started, as a power cut would. */
  async crash(): Promise<void> {
    const { account } = this;
    killGroup(account.pid);
    await within(10_000, "the account to die", async () => (isRunning(account) ? undefined : true));
  }

  /** Calls the management API below `/client/v4`. @throws for any answer but a success. */
  async api(method: string, place: string, body?: unknown): Promise<unknown> {
    const { apiUrl, apiToken } = this.account;
    return this.#call(`${apiUrl}${place}`, apiToken, method, body);
  }

  /** Arms the account's failures on purpose, see `local/faults`. */
  async faults(faults: readonly unknown[]): Promise<void> {
    const { apiUrl, apiToken } = this.account;
    await this.#call(new URL("/__local/faults", apiUrl).href, apiToken, "POST", faults);
  }

  async #call(url: string, token: string, method: string, body: unknown): Promise<unknown> {
    const answer = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${text}`);
    return text === "" ? undefined : z.looseObject({ result: z.unknown() }).parse(JSON.parse(text)).result;
  }

  /** Ends the account and removes the folder. */
  async dispose(): Promise<void> {
    if (this.#child?.pid !== undefined) killGroup(this.#child.pid);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
