import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";

/** The processes that this host started: none may outlive it. */
export class Children {
  readonly #running = new Set<ChildProcess>();

  start(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
    const child = spawn(command, args, options);
    this.#running.add(child);
    child.on("close", () => this.#running.delete(child));
    return child;
  }

  kill(): void {
    for (const child of this.#running) child.kill();
  }
}
