/** wrangler itself, unchanged, against an account of its own: what a person types with the printed environment lines. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "vitest";
import { startTestAccount, type TestAccount } from "../test-account.ts";
import { recordRequests } from "./request-record.ts";

/** Nothing listens there: whoever asks is refused at once. */
const CLOSED_PORT = "http://127.0.0.1:1/";

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

export interface WranglerLab {
  readonly account: TestAccount;
  /** What wrangler asked the API for. */
  readonly requests: readonly string[];
  /** Runs to the end. `input` goes to stdin. */
  readonly run: (args: readonly string[], input?: string) => Promise<Finished>;
  /** The same, and it must succeed: what it said. */
  readonly good: (args: readonly string[], input?: string) => Promise<string>;
  /** The same, and it must fail. */
  readonly bad: (args: readonly string[], input?: string) => Promise<string>;
  readonly start: (args: readonly string[]) => { child: ChildProcess; output: () => string };
  /** Files of the project, by path. Objects are written as JSON. */
  readonly write: (files: Readonly<Record<string, string | object>>) => void;
  readonly visit: (host: string, path?: string, headers?: Record<string, string>) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** `bin` is wrangler's own script. */
export async function openLab(bin: string): Promise<WranglerLab> {
  const account = await startTestAccount();
  const record = await recordRequests(account.apiUrl);
  const project = mkdtempSync(join(tmpdir(), "wrangler-project-"));
  const start: WranglerLab["start"] = (args) => {
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: project,
      env: {
        PATH: process.env.PATH,
        HOME: project,
        CI: "1",
        NO_COLOR: "1",
        FORCE_COLOR: "0",
        WRANGLER_SEND_METRICS: "false",
        // No word with the registry: its banner asks for newer versions, and so does an error.
        WRANGLER_HIDE_BANNER: "true",
        npm_config_registry: CLOSED_PORT,
        // A start is mostly the compilation of ten megabytes of script.
        NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"),
        CLOUDFLARE_API_BASE_URL: record.url,
        CLOUDFLARE_API_TOKEN: account.apiToken,
        CLOUDFLARE_ACCOUNT_ID: account.accountId,
      },
    });
    let text = "";
    const collect = (chunk: Buffer) => {
      text += chunk;
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    return { child, output: () => text };
  };
  const run: WranglerLab["run"] = (args, input = "") => {
    const { child, output } = start(args);
    child.stdin?.end(input);
    return new Promise((resolve) => {
      child.on("close", (code) => resolve({ code, output: output() }));
    });
  };
  return {
    account,
    requests: record.requests,
    run,
    start,
    good: async (args, input) => {
      const { code, output } = await run(args, input);
      expect(code, output).toBe(0);
      return output;
    },
    bad: async (args, input) => {
      const { code, output } = await run(args, input);
      expect(code, output).not.toBe(0);
      return output;
    },
    write: (files) => {
      for (const [path, content] of Object.entries(files)) {
        const file = join(project, path);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
      }
    },
    visit: async (host, path, headers) => (await account.visit(host, path, headers)).text(),
    close: async () => {
      await record.close();
      await account.remove();
      rmSync(project, { recursive: true, force: true });
    },
  };
}
