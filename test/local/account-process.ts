/** The account as the process that `npm start` runs, for tests that kill it. */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { z } from "zod";

const publicSchema = z.object({
  pid: z.number(),
  apiUrl: z.string(),
  edgeUrl: z.string(),
  accountId: z.string(),
  apiToken: z.string(),
  zoneId: z.string(),
  zoneName: z.literal("localhost"),
  providerPort: z.number(),
});

export interface AccountProcess extends z.infer<typeof publicSchema> {
  readonly child: ChildProcess;
  /** Resolves with the exit code; null after a signal. */
  readonly ended: Promise<number | null>;
}

/** Enough for a start on a busy machine, in ms. */
const START_LIMIT_MS = 20_000;

const MAIN = fileURLToPath(new URL("../../local/main.ts", import.meta.url));

/** Resolves when the account says its one line, rejects with what it wrote on stderr when it ends before. */
export function startProcess(directory: string, port = 0, apiPort = 0): Promise<AccountProcess> {
  const args = [MAIN, "--directory", directory, "--port", String(port), "--api-port", String(apiPort)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => {
    child.on("exit", resolve);
  });
  return new Promise((resolve, reject) => {
    let out = "";
    let err = "";
    const limit = setTimeout(
      () => reject(new Error(`no line after ${START_LIMIT_MS} ms: ${err}`)),
      START_LIMIT_MS,
    );
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.stdout.on("data", (chunk) => {
      out += chunk;
      if (!out.includes("\n")) return;
      clearTimeout(limit);
      resolve({ ...publicSchema.parse(JSON.parse(out)), child, ended });
    });
    void ended.then((code) => {
      clearTimeout(limit);
      reject(new Error(`exit ${code}: ${err}`));
    });
  });
}
