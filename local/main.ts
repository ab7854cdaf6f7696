/** The account as a process: `node local/main.ts --directory .local --port 8787 --api-port 8780`. */
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { enableCompileCache, flushCompileCache } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startTimeOf } from "./process/start-time.ts";

const HIGHEST_PORT = 65_535;

const { values } = parseArgs({
  options: {
    directory: { type: "string", default: ".local" },
    port: { type: "string", default: "8787" },
    "api-port": { type: "string", default: "8780" },
    "provider-port": { type: "string", default: "0" },
  },
});

try {
  await run();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

async function run(): Promise<void> {
  // The runtime's library is five megabytes of JavaScript: compiled once, it loads in a third of the time.
  enableCompileCache(join(values.directory, "compile-cache"));
  const { startAccount } = await import("./account.ts");
  const account = await startAccount({
    directory: values.directory,
    edgePort: portOf("--port", values.port),
    apiPort: portOf("--api-port", values["api-port"]),
    providerPort: portOf("--provider-port", values["provider-port"]),
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const { stop, ...public_ } = account;
  const line = JSON.stringify({
    pid: process.pid,
    startTime: startTimeOf(process.pid) ?? "unknown",
    ...public_,
  });
  const file = join(values.directory, "account.json");
  writeFileSync(`${file}.new`, `${line}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  let stopping = false;
  const end = () => {
    if (stopping) return;
    stopping = true;
    rmSync(file, { force: true });
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`stopping failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // Miniflare's own handler would end the process in the middle of ours.
    process.removeAllListeners(signal);
    process.on(signal, end);
  }
  process.stdout.write(`${line}\n`);
  // Not left to the exit: an account is often ended with -9.
  flushCompileCache();
}

function portOf(flag: string, given: string): number {
  const port = Number(given);
  if (!Number.isInteger(port) || port < 0 || port > HIGHEST_PORT)
    throw new Error(`${flag} ${given} is no port: 0 to ${HIGHEST_PORT} are allowed, 0 being any free one`);
  return port;
}
