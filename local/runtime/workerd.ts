/** The only file that makes a Miniflare: its options changed shape between versions and will again. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Log, LogLevel, Miniflare, type MiniflareOptions } from "miniflare";
import type { DeployedScript, DeployedWorker, Fleet } from "./deployed-worker.ts";
import { splitHost } from "./split-host.ts";
import {
  ANALYTICS_SOURCE,
  ANALYTICS_WORKER,
  KV_SOURCE,
  KV_WORKER,
  kvBindingName,
  TAIL_SOURCE,
  TAIL_WORKER,
} from "./system-workers.ts";
import {
  SYSTEM_COMPATIBILITY_DATE,
  type Targets,
  type WorkerOptions,
  workerOptions,
} from "./worker-options.ts";

/** A console line of a Worker, or a message of the runtime itself. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
}

export interface WorkerdHooks {
  /** Takes what the account's own Workers send: data points and tail events. */
  readonly sink: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly log: (line: LogLine) => void;
}

/** Names the folder in the environment of workerd, so that an orphan can be found after its parent was killed. */
export const FOLDER_VARIABLE = "LOCAL_ACCOUNT_DATA";

const systemWorker = (
  name: string,
  source: string,
  env: WorkerOptions["config"]["env"] = {},
): WorkerOptions => ({
  config: {
    type: "worker",
    name,
    compatibilityDate: SYSTEM_COMPATIBILITY_DATE,
    manifest: {
      mainModule: "index.mjs",
      modulesRoot: "/",
      modules: { "index.mjs": { type: "esm", contents: source } },
    },
    env,
  },
});

const baseOptions = (log: (line: LogLine) => void) => ({
  host: "127.0.0.1",
  port: 0,
  cf: {},
  telemetry: { enabled: false },
  log: new Log(LogLevel.NONE),
  handleStructuredLogs: (line: { level: string; message: string }) => {
    log({ level: line.level, message: line.message });
  },
});

/** All Workers of the account in one workerd, with their data under `folder`. */
export function fleetOptions(fleet: Fleet, folder: string, hooks: WorkerdHooks): MiniflareOptions {
  const SINK = {
    type: "node-handler" as const,
    handler: (request: IncomingMessage, response: ServerResponse) => hooks.sink(request, response),
  };
  const kv = fleet.kvNamespaceIds.map((id) => [kvBindingName(id), { type: "kv" as const, id }] as const);
  return {
    ...baseOptions(hooks.log),
    resourcePersistencePath: folder,
    unsafeRuntimeEnv: { [FOLDER_VARIABLE]: folder },
    workers: [
      systemWorker(KV_WORKER, KV_SOURCE, Object.fromEntries(kv)),
      systemWorker(ANALYTICS_WORKER, ANALYTICS_SOURCE, { SINK }),
      systemWorker(TAIL_WORKER, TAIL_SOURCE, { SINK }),
      ...fleet.scripts.flatMap(scriptWorkers),
    ],
  };
}

/** One version runs under the script's name. Several run each on its own for visitors, and together for the rest. */
function scriptWorkers(script: DeployedScript): WorkerOptions[] {
  const [only] = script.shares;
  if (only !== undefined && script.shares.length === 1)
    return [workerOptions(only.worker, fleetTargets(only.worker))];
  const host = splitHost(script);
  return [
    workerOptions(host, fleetTargets(host)),
    ...script.shares.map(({ worker }) =>
      workerOptions(
        { ...worker, namespaces: [] },
        fleetTargets(worker),
        versionWorkerName(script.name, worker.version.id),
      ),
    ),
  ];
}

/** No script can have this name: there is no '@' in script names. */
export const versionWorkerName = (script: string, versionId: string): string => `${script}@${versionId}`;

const fleetTargets = (worker: DeployedWorker): Targets => ({
  object: (binding) => ({
    workerName: binding.script_name ?? worker.name,
    exportName: binding.class_name ?? "",
  }),
  service: (binding) => ({
    workerName: binding.service,
    ...(binding.entrypoint === undefined ? {} : { exportName: binding.entrypoint }),
    ...(binding.props === undefined ? {} : { props: binding.props }),
  }),
});

const TRIAL_STAND_IN = "__stand_in";
const TRIAL_STAND_IN_SOURCE = `import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
export class StandInObject extends DurableObject {}
export class StandInEntrypoint extends WorkerEntrypoint { writeDataPoint() {} }
export default {};`;

/** One Worker alone in a throwaway workerd, without data: bindings to other Workers and objects lead to stand-ins. */
export function trialOptions(
  worker: DeployedWorker,
  folder: string,
  log: (line: LogLine) => void,
): MiniflareOptions {
  const targets: Targets = {
    object: () => ({ workerName: TRIAL_STAND_IN, exportName: "StandInObject" }),
    service: () => ({ workerName: TRIAL_STAND_IN }),
  };
  const standIn = systemWorker(TRIAL_STAND_IN, TRIAL_STAND_IN_SOURCE);
  return {
    ...baseOptions(log),
    unsafeRuntimeEnv: { [FOLDER_VARIABLE]: folder },
    workers: [
      workerOptions({ ...worker, namespaces: [] }, targets),
      {
        config: {
          ...standIn.config,
          exports: { StandInObject: { type: "durable-object", storage: "sqlite" } },
        },
      },
      systemWorker(ANALYTICS_WORKER, ANALYTICS_SOURCE.replaceAll("this.env.SINK.fetch", "void")),
      systemWorker(TAIL_WORKER, "export default { tail() {} };"),
    ],
  };
}

export const newWorkerd = (options: MiniflareOptions): Miniflare => new Miniflare(options);
