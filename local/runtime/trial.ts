/** Starts an upload alone, before it replaces what runs: does it start, and what does it export? */
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { scriptInvalid } from "../cloudflare-errors.ts";
import type { DeployedWorker } from "./deployed-worker.ts";
import { type LogLine, newWorkerd, trialOptions } from "./workerd.ts";

/** A script that needs longer to start does not start on Cloudflare either (its limit: 1 s of CPU time). */
const STARTUP_LIMIT_MS = 10_000;

const PROBE_MODULE = "__local_probe__.mjs";

const reportSchema = z.object({
  handlers: z.array(z.string()),
  classes: z.array(z.string()),
});

export interface TrialReport {
  /** Handlers of the default export: `fetch`, `scheduled` … */
  readonly handlers: readonly string[];
  /** Exported classes: Durable Objects, entrypoints. */
  readonly classes: readonly string[];
  readonly startupTimeMs: number;
}

/** Reports of what started, newest last: the same code with the same settings need not be tried again. */
const passed = new Map<string, TrialReport>();
/** A report is small; more than a folder of Workers is deployed again and again by nobody. */
const KEPT_REPORTS = 100;

/** Throws 10021 with the runtime's own message when the script does not start. `folder` only marks the process as the account's. */
export async function tryWorker(worker: DeployedWorker, folder: string): Promise<TrialReport> {
  const key = fingerprint(worker);
  const report = passed.get(key) ?? (await start(worker, folder));
  passed.delete(key);
  passed.set(key, report);
  for (const oldest of [...passed.keys()].slice(0, -KEPT_REPORTS)) passed.delete(oldest);
  return report;
}

/** All that a start can depend on. Which namespace a binding leads to is not seen before the first request. */
function fingerprint({
  mainModule,
  modules,
  compatibilityDate,
  compatibilityFlags,
  bindings,
}: DeployedWorker) {
  const hash = createHash("sha256");
  const known = bindings.map((binding) => ({ ...binding, namespace_id: undefined }));
  hash.update(JSON.stringify([mainModule, compatibilityDate, compatibilityFlags, known]));
  for (const { name, contentType, contents } of modules)
    hash.update(JSON.stringify([name, contentType, contents.byteLength])).update(contents);
  return hash.digest("hex");
}

async function start(worker: DeployedWorker, folder: string): Promise<TrialReport> {
  const lines: LogLine[] = [];
  const probed: DeployedWorker = {
    ...worker,
    mainModule: PROBE_MODULE,
    modules: [
      {
        name: PROBE_MODULE,
        contentType: "application/javascript+module",
        contents: new TextEncoder().encode(probeSource(worker.mainModule)),
      },
      ...worker.modules,
    ],
  };
  const startedAt = performance.now();
  const workerd = newWorkerd(trialOptions(probed, folder, (line) => lines.push(line)));
  try {
    const url = await withLimit(workerd.ready, lines);
    const startupTimeMs = Math.max(1, Math.round(performance.now() - startedAt));
    const response = await fetch(url);
    if (!response.ok) throw scriptInvalid(startupMessage(lines) ?? (await response.text()));
    return { ...reportSchema.parse(await response.json()), startupTimeMs };
  } finally {
    // A workerd that failed to start rejects its disposal with the same error again.
    await workerd.dispose().catch(() => undefined);
  }
}

async function withLimit(ready: Promise<URL>, lines: readonly LogLine[]): Promise<URL> {
  const limit = new AbortController();
  try {
    return await Promise.race([
      ready,
      delay(STARTUP_LIMIT_MS, undefined, { signal: limit.signal }).then(() => {
        throw scriptInvalid("Script startup exceeded CPU time limit.");
      }),
    ]);
  } catch (error) {
    throw scriptInvalid(startupMessage(lines) ?? (error instanceof Error ? error.message : String(error)));
  } finally {
    limit.abort();
  }
}

/** `service core:user:chat: Uncaught ReferenceError: foo is not defined\n  at index.mjs:1:1` without its first words. */
function startupMessage(lines: readonly LogLine[]): string | undefined {
  const errors = lines.filter((line) => line.level === "error").map((line) => line.message);
  if (errors.length === 0) return undefined;
  return `${errors.map((message) => message.replace(/^service core:user:[^:]+: /, "")).join("\n")}\n`;
}

const probeSource = (
  mainModule: string,
): string => `import * as script from ${JSON.stringify(`./${mainModule}`)};
const methods = (target) => {
  const names = new Set();
  for (let o = target; o && o !== Object.prototype && o !== Function.prototype; o = Object.getPrototypeOf(o))
    for (const name of Object.getOwnPropertyNames(o)) names.add(name);
  return [...names];
};
const isClass = (value) => typeof value === "function" && value.prototype !== undefined;
const EVENTS = ["fetch", "scheduled", "queue", "email", "tail", "trace", "tailStream", "test"];
export default {
  fetch() {
    const main = script.default;
    const found = main === undefined ? [] : methods(isClass(main) ? main.prototype : main);
    const classes = Object.keys(script).filter((name) => name !== "default" && isClass(script[name]));
    return Response.json({ handlers: EVENTS.filter((name) => found.includes(name)), classes });
  },
};`;
