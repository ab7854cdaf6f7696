/** Settings that belong to the script, not to a version: they change without an upload. */
import type { Cloud } from "../cloud.ts";
import { scriptNotFound, tailConsumerMissing } from "../cloudflare-errors.ts";
import type { DeployedScript } from "../runtime/deployed-worker.ts";
import {
  findScript,
  type Script,
  type ScriptSettings,
  saveScript,
  tailConsumersOf,
} from "../state/scripts.ts";

export const changeScriptSettings = (
  cloud: Cloud,
  name: string,
  change: (settings: ScriptSettings) => ScriptSettings,
): Promise<ScriptSettings> =>
  cloud.exclusively(async () => {
    const script = findScript(cloud.db, name);
    if (script === undefined) throw scriptNotFound();
    const settings = change(script.settings);
    const next = { ...script, settings, modifiedOn: cloud.now().toISOString() };
    checkTailConsumers(cloud, next);
    await cloud.runtime.change((fleet) => ({
      scripts: fleet.scripts.map((running) =>
        running.name === name ? withTailConsumers(running, tailConsumersOf(settings)) : running,
      ),
    }));
    saveScript(cloud.db, next);
    return settings;
  });

export function checkTailConsumers(cloud: Cloud, script: Script): void {
  for (const consumer of tailConsumersOf(script.settings))
    if (consumer !== script.name && findScript(cloud.db, consumer)?.versionId === undefined)
      throw tailConsumerMissing(consumer);
}

const withTailConsumers = (script: DeployedScript, tailConsumers: readonly string[]): DeployedScript => ({
  ...script,
  shares: script.shares.map((share) => ({ ...share, worker: { ...share.worker, tailConsumers } })),
});
