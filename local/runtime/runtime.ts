/** The account's workerds over its life: one change at a time, and requests to what changes wait while it happens. */
import type { Miniflare } from "miniflare";
import { makeExclusive } from "../process/exclusively.ts";
import { prepareAssetFolder } from "./asset-files.ts";
import { type DataFolders, prepareGroupFolder, removeOtherGroupFolders } from "./data-folders.ts";
import type { DeployedScript, DeployedWorker, Fleet } from "./deployed-worker.ts";
import { type KvStore, kvStore } from "./kv-store.ts";
import { previewOf, withPreview } from "./previews.ts";
import { type Home, shifted } from "./shift.ts";
import { KV_WORKER } from "./system-workers.ts";
import { pickVersion, type VersionWish } from "./traffic-split.ts";
import { groupsOf, type WorkerGroup } from "./worker-groups.ts";
import { groupOptions, kvOptions, newWorkerd, versionWorkerName, type WorkerdHooks } from "./workerd.ts";

export interface Runtime {
  /**
   * Where the version of a script listens that a request shall reach, once it does: the front door asks before every
   * request. Loopback.
   */
  readonly address: (script: string, wish: VersionWish) => Promise<URL>;
  /**
   * Where one version listens, whatever the deployment says. The first call starts it: alone, or, when it is bound to
   * other Workers, beside them, which closes their sockets.
   */
  readonly previewAddress: (worker: DeployedWorker) => Promise<URL>;
  /**
   * Serves another fleet from now on. Takes about 0.3 s and closes the WebSockets of the Workers that changed and of
   * those that bindings tie to them. Rejects, with the old fleet back, when workerd refuses the new one.
   */
  readonly change: (next: (fleet: Fleet) => Fleet) => Promise<void>;
  readonly kv: (namespaceId: string) => Promise<KvStore>;
  readonly stop: () => Promise<void>;
}

export async function startRuntime(first: Fleet, folder: string, hooks: WorkerdHooks): Promise<Runtime> {
  const folders: DataFolders = { data: folder };
  const exclusively = makeExclusive();
  const kv = await started(newWorkerd(kvOptions(folder, hooks.log)));
  const kvAddress = () => kv.unsafeGetDirectURL(KV_WORKER);
  let fleet: Fleet = { scripts: [] };
  let homes: readonly Home[] = [];
  /** By script: where it runs, once it does. */
  const places = new Map<string, Promise<Home>>();

  const start = async (group: WorkerGroup): Promise<Home> => {
    prepareGroupFolder(folders, group.name);
    for (const { worker } of group.scripts.flatMap((script) => script.shares))
      if (worker.assets !== undefined) prepareAssetFolder(folder, worker.version.id, worker.assets);
    const { host } = await kvAddress();
    return { group, workerd: await started(newWorkerd(groupOptions(group, folders, host, hooks))) };
  };

  /** Ends what changes, starts what it becomes; when that fails, what was. */
  const move = async (
    ended: readonly Home[],
    fresh: readonly WorkerGroup[],
  ): Promise<{ homes: readonly Home[]; failure?: unknown }> => {
    await Promise.all(ended.map(({ workerd }) => workerd.dispose()));
    try {
      return { homes: await startAll(fresh, start) };
    } catch (failure) {
      const groups = ended.map(({ group }) => group);
      return { homes: await startAll(groups, start), failure };
    }
  };

  const apply = async (next: Fleet): Promise<void> => {
    const wanted = groupsOf(next.scripts);
    homes = await Promise.all(homes.map((home) => shifted(home, wanted)));
    for (const home of homes)
      for (const { name } of home.group.scripts) places.set(name, Promise.resolve(home));
    const runs = (home: Home, group: WorkerGroup) => home.group.signature === group.signature;
    const kept = homes.filter((home) => wanted.some((group) => runs(home, group)));
    const ended = homes.filter((home) => !kept.includes(home));
    const fresh = wanted.filter((group) => !kept.some((home) => runs(home, group)));
    const moved = move(ended, fresh);
    for (const { name } of [...ended.map(({ group }) => group), ...fresh].flatMap(({ scripts }) => scripts)) {
      const place = moved.then((outcome) => homeOf(outcome.homes, name));
      place.catch(() => undefined);
      places.set(name, place);
    }
    homes = kept;
    const { homes: started, failure } = await moved;
    homes = [...kept, ...started];
    if (failure !== undefined) throw failure;
    fleet = next;
    for (const name of places.keys())
      if (!next.scripts.some((script) => script.name === name)) places.delete(name);
    removeOtherGroupFolders(
      folders,
      homes.map(({ group }) => group.name),
    );
  };

  const stop = async (): Promise<void> => {
    await Promise.all(homes.map(({ workerd }) => workerd.dispose()));
    await kv.dispose();
  };

  try {
    await apply(first);
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    address: async (name, wish) => {
      const { group, workerd } = await (places.get(name) ?? homeOf([], name));
      const shares = group.scripts.find((script) => script.name === name)?.shares ?? [];
      if (shares.length < 2) return workerd.unsafeGetDirectURL(name);
      const { versionId } = pickVersion(name, versionsOf(shares), wish, Math.random());
      return workerd.unsafeGetDirectURL(versionWorkerName(name, versionId));
    },
    previewAddress: async (worker) => {
      const preview = previewOf(worker);
      if (!places.has(preview.name))
        await exclusively(async () => {
          if (!places.has(preview.name)) await apply(withPreview(fleet, preview));
        });
      return (await (places.get(preview.name) ?? homeOf([], preview.name))).workerd.unsafeGetDirectURL(
        preview.name,
      );
    },
    change: (next) => exclusively(() => apply(next(fleet))),
    kv: async (namespaceId) => kvStore(await kvAddress(), namespaceId),
    stop: () => exclusively(stop),
  };
}

/** All of them, or none and the first reason. */
async function startAll(
  groups: readonly WorkerGroup[],
  start: (group: WorkerGroup) => Promise<Home>,
): Promise<readonly Home[]> {
  const results = await Promise.allSettled(groups.map(start));
  const failure = results.find((result) => result.status === "rejected");
  const homes = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  if (failure === undefined) return homes;
  await Promise.all(homes.map(({ workerd }) => workerd.dispose()));
  throw failure.reason;
}

async function started(workerd: Miniflare): Promise<Miniflare> {
  try {
    await workerd.ready;
    return workerd;
  } catch (error) {
    // A workerd that failed to start rejects its disposal with the same error again.
    await workerd.dispose().catch(() => undefined);
    throw error;
  }
}

function homeOf(homes: readonly Home[], script: string): Home {
  const home = homes.find(({ group }) => group.scripts.some(({ name }) => name === script));
  if (home === undefined) throw new Error(`the script '${script}' does not run`);
  return home;
}

const versionsOf = (shares: DeployedScript["shares"]) =>
  shares.map(({ percentage, worker }) => ({ percentage, versionId: worker.version.id }));
