import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { ChatConfig, ChatLimits } from "../../worker/bindings.ts";
import { TEST_CHAT } from "../worker/runtime.ts";

const PROCESS = fileURLToPath(new URL("chat-process.ts", import.meta.url));
const START_MS = 60_000;

/** The real Worker on a port and folder of its own: it can be killed with -9 and started again at the same place. */
export class RealChat {
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), "edge-chat-client-"));
  readonly #config: ChatConfig;
  #process: ReturnType<typeof spawn> | undefined;
  url = "http://127.0.0.1:0/";

  constructor(
    settings: Partial<Pick<ChatConfig, "access">> & { readonly limits?: Partial<ChatLimits> } = {},
  ) {
    this.#config = { ...TEST_CHAT, ...settings, limits: { ...TEST_CHAT.limits, ...settings.limits } };
  }

  /** Starts it, at its old address when it had one. @throws with what it said when it does not come up */
  async start(): Promise<void> {
    const { port } = new URL(this.url);
    const args = [PROCESS, port, this.#folder, JSON.stringify(this.#config)];
    // A group of its own: the runtime under it dies with it.
    const child = spawn(process.execPath, args, { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    this.#process = child;
    let said = "";
    this.url = await new Promise<string>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`the chat ${why}: ${said}`));
      const timer = setTimeout(() => fail(`was not up after ${START_MS} ms`), START_MS);
      child.stderr.on("data", (chunk) => {
        said += chunk;
      });
      child.stdout.on("data", (chunk) => {
        said += chunk;
        const url = /http:\/\/\S+/.exec(said)?.[0];
        if (url === undefined) return;
        clearTimeout(timer);
        resolve(url);
      });
      child.once("exit", (code) => fail(`ended with ${code}`));
    });
  }

  /** Stops answering without closing anything, as a dead network does. */
  freeze(): void {
    this.#signal("SIGSTOP");
  }

  thaw(): void {
    this.#signal("SIGCONT");
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.pid === undefined || child.exitCode !== null) return;
    const ended = once(child, "exit");
    process.kill(-child.pid, "SIGKILL");
    await ended;
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#process?.pid === undefined) throw new Error("The chat does not run");
    process.kill(-this.#process.pid, signal);
  }

  async dispose(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
