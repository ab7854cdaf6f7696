/** Workers as the newer API makes them: a name and settings first, code and traffic later. */
import type { Cloud } from "../cloud.ts";
import { scriptInvalid, scriptUnsupported, workerNotFound } from "../cloudflare-errors.ts";
import { type DeployedScript, readFleet } from "../runtime/deployed-worker.ts";
import { withoutPreviews } from "../runtime/previews.ts";
import { boundScripts } from "../state/binding.ts";
import { transaction } from "../state/database.ts";
import {
  findScript,
  listScripts,
  renameScript,
  type Script,
  type ScriptSettings,
  saveScript,
  tailConsumersOf,
} from "../state/scripts.ts";
import { listVersions } from "../state/versions.ts";
import { usersOf } from "./delete-script.ts";
import { draftScript } from "./deploy.ts";
import { checkTailConsumers } from "./script-settings.ts";

/** Cloudflare's rule for script names, which also keeps them usable as a host label. */
const SCRIPT_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/;

export function checkScriptName(name: string): void {
  if (!SCRIPT_NAME.test(name))
    throw scriptInvalid(
      `script name '${name}' is invalid: 1 to 63 lower-case letters, digits, dashes and underscores are allowed`,
    );
}

/** What a Worker has without any version. */
export interface WorkerFields {
  readonly name: string;
  readonly settings: ScriptSettings;
  readonly subdomainEnabled: boolean;
  readonly previewsEnabled: boolean;
}

export const createWorker = (cloud: Cloud, fields: WorkerFields): Promise<Script> =>
  cloud.exclusively(async () => {
    checkNewName(cloud, fields.name);
    const script: Script = { ...draftScript(cloud, fields.name), ...fields };
    checkTailConsumers(cloud, script);
    saveScript(cloud.db, script);
    return script;
  });

/** By name or immutable id. Another name moves everything that is the Worker's own: versions, routes, objects' data. */
export const changeWorker = (
  cloud: Cloud,
  nameOrId: string,
  change: (script: Script) => WorkerFields,
): Promise<Script> =>
  cloud.exclusively(async () => {
    const current = findWorker(cloud, nameOrId);
    const next: Script = { ...current, ...change(current), modifiedOn: cloud.now().toISOString() };
    if (next.name !== current.name) checkRename(cloud, current.name, next.name);
    checkTailConsumers(cloud, next);
    const renamed = next.name !== current.name;
    await cloud.runtime.change((fleet) => {
      const { scripts } = renamed ? withoutPreviews(fleet, current.name) : fleet;
      return {
        scripts: scripts.map((running) => (running.name === current.name ? asNow(running, next) : running)),
      };
    });
    try {
      transaction(cloud.db, () => {
        if (renamed) renameScript(cloud.db, current.name, next.name);
        saveScript(cloud.db, next);
      });
    } catch (error) {
      await cloud.runtime.change(() => readFleet(cloud.db));
      throw error;
    }
    return next;
  });

export function findWorker(cloud: Cloud, nameOrId: string): Script {
  const script = listScripts(cloud.db).find(({ name, tag }) => name === nameOrId || tag === nameOrId);
  if (script === undefined) throw workerNotFound(nameOrId);
  return script;
}

function checkNewName(cloud: Cloud, name: string): void {
  checkScriptName(name);
  if (findScript(cloud.db, name) !== undefined)
    throw scriptInvalid(`a Worker named '${name}' exists already`);
}

function checkRename(cloud: Cloud, from: string, to: string): void {
  checkNewName(cloud, to);
  const tailed = listScripts(cloud.db).filter(({ settings }) => tailConsumersOf(settings).includes(from));
  const own = listVersions(cloud.db, from).filter(({ bindings }) => boundScripts(bindings).includes(from));
  const [user] = [
    ...usersOf(cloud, from),
    ...tailed.map(({ name }) => name),
    ...own.map(({ script }) => script),
  ];
  if (user !== undefined)
    throw scriptUnsupported(
      `another name for '${from}' while '${user}' names it in a binding or a tail consumer`,
    );
}

const asNow = (running: DeployedScript, { name, settings }: Script): DeployedScript => ({
  name,
  shares: running.shares.map((share) => ({
    ...share,
    worker: { ...share.worker, name, tailConsumers: tailConsumersOf(settings) },
  })),
});
