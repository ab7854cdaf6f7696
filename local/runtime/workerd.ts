/** The only file that makes a Miniflare: its options changed shape between versions and will again. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { Log, LogLevel, Miniflare, type MiniflareOptions } from "miniflare";
import { assetFolder } from "./asset-files.ts";
import { separateAssetStorage } from "./asset-storage.ts";
import { type DataFolders, groupFolder } from "./data-folders.ts";
import type { DeployedScript, DeployedWorker } from "./deployed-worker.ts";
import {
  assetService,
  innerServiceBinding,
  kvObjectsBinding,
  NAMESPACE_HEADER,
  remoteKvBinding,
} from "./miniflare-plugin.ts";
import { newestOf, SPLIT_CONTROL, splitHost, versionOfBinding } from "./split-host.ts";
import {
  ANALYTICS_SOURCE,
  ANALYTICS_WORKER,
  GONE_OBJECT,
  GONE_SOURCE,
  GONE_WORKER,
  KV_WORKER,
  kvSource,
  TAIL_SOURCE,
  TAIL_WORKER,
} from "./system-workers.ts";
import type { WorkerGroup } from "./worker-groups.ts";
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

/** The Workers of one group in one workerd. Objects keep their data in one place, whichever group their Worker is in. */
export function groupOptions(
  group: WorkerGroup,
  folders: DataFolders,
  kvAddress: string,
  hooks: WorkerdHooks,
): MiniflareOptions {
  const SINK = {
    type: "node-handler" as const,
    handler: (request: IncomingMessage, response: ServerResponse) => hooks.sink(request, response),
  };
  const gone = systemWorker(GONE_WORKER, GONE_SOURCE);
  const targets = groupTargets(group, folders, kvAddress);
  return {
    ...baseOptions(hooks.log),
    resourcePersistencePath: groupFolder(folders, group.name),
    unsafeRuntimeEnv: { [FOLDER_VARIABLE]: folders.data },
    workers: [
      systemWorker(ANALYTICS_WORKER, ANALYTICS_SOURCE, { SINK }),
      systemWorker(TAIL_WORKER, TAIL_SOURCE, { SINK }),
      {
        config: { ...gone.config, exports: { [GONE_OBJECT]: { type: "durable-object", storage: "sqlite" } } },
      },
      ...group.scripts.flatMap((script) => scriptWorkers(script, targets)),
    ],
  };
}

/** Every KV namespace of the account in a workerd of its own. */
export const kvOptions = (folder: string, log: (line: LogLine) => void): MiniflareOptions => {
  const worker = systemWorker(KV_WORKER, kvSource(NAMESPACE_HEADER), {
    NAMESPACES: kvObjectsBinding(),
    // Without any namespace of its own, the runtime would not bring what stores them.
    ANY: { type: "kv", id: "any" },
  });
  return {
    ...baseOptions(log),
    resourcePersistencePath: folder,
    unsafeRuntimeEnv: { [FOLDER_VARIABLE]: folder },
    workers: [{ ...worker, dev: { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] } }],
  };
};

/** One version runs under the script's name. Several run each on its own for visitors, and together for the rest. */
function scriptWorkers(
  script: DeployedScript,
  targets: (worker: DeployedWorker) => Targets,
): WorkerOptions[] {
  const [only] = script.shares;
  if (only !== undefined && script.shares.length === 1)
    return [workerOptions(only.worker, targets(only.worker), script.name)];
  const host = splitHost(script);
  const hostTargets: Targets = {
    ...targets(host),
    assetFolder: undefined,
    assets: ({ name }) => {
      const versionId = versionOfBinding(name) ?? newestOf(script).version.id;
      return innerServiceBinding(assetService(versionWorkerName(script.name, versionId)));
    },
  };
  return [
    workerOptions(host, hostTargets, script.name, [SPLIT_CONTROL]),
    ...script.shares.map(({ worker }) =>
      workerOptions(
        { ...worker, namespaces: [] },
        targets(worker),
        versionWorkerName(script.name, worker.version.id),
      ),
    ),
  ];
}

/** No script can have this name: there is no '@' in script names. */
export const versionWorkerName = (script: string, versionId: string): string => `${script}@${versionId}`;

function groupTargets(
  group: WorkerGroup,
  folders: DataFolders,
  kvAddress: string,
): (worker: DeployedWorker) => Targets {
  const runs = (script: string) => group.scripts.some(({ name }) => name === script);
  return (worker) => ({
    assetFolder: (versionId) => assetFolder(folders.data, versionId),
    assets: () => ({ type: "assets" }),
    kv: (binding) => remoteKvBinding({ id: binding.namespace_id, address: kvAddress }),
    object: ({ script_name: script = worker.name, class_name: exportName = "" }) =>
      runs(script)
        ? { workerName: script, exportName }
        : { workerName: GONE_WORKER, exportName: GONE_OBJECT },
    service: ({ service, entrypoint, props }) =>
      runs(service)
        ? {
            workerName: service,
            ...(entrypoint === undefined ? {} : { exportName: entrypoint }),
            ...(props === undefined ? {} : { props }),
          }
        : { workerName: GONE_WORKER },
  });
}

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
    kv: (binding) => ({ type: "kv", id: binding.namespace_id }),
    assetFolder: undefined,
    assets: () => ({ type: "worker", workerName: TRIAL_STAND_IN }),
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

export function newWorkerd(options: MiniflareOptions): Miniflare {
  separateAssetStorage();
  return new Miniflare(options);
}
