/** The account's workerd over its life: one change at a time, and requests wait while it happens. */
import type { Miniflare } from "miniflare";
import { makeExclusive } from "../process/exclusively.ts";
import type { Fleet } from "./deployed-worker.ts";
import { KV_WORKER, kvBindingName } from "./system-workers.ts";
import { pickVersion, type VersionWish } from "./traffic-split.ts";
import { fleetOptions, newWorkerd, versionWorkerName, type WorkerdHooks } from "./workerd.ts";

export interface Runtime {
  /**
   * Where the version of a script listens that a request shall reach, once it does: the front door asks before every
   * request. Loopback.
   */
  readonly address: (script: string, wish: VersionWish) => Promise<URL>;
  /**
   * Serves another fleet from now on. Takes about 0.3 s and closes every WebSocket. Rejects, with the old fleet back,
   * when workerd refuses the new one.
   */
  readonly change: (next: (fleet: Fleet) => Fleet) => Promise<void>;
  readonly kv: (namespaceId: string) => Promise<KvStore>;
  readonly stop: () => Promise<void>;
}

/** What the API needs of a KV namespace. */
export type KvStore = Awaited<ReturnType<Miniflare["getKVNamespace"]>>;

export async function startRuntime(first: Fleet, folder: string, hooks: WorkerdHooks): Promise<Runtime> {
  let fleet = first;
  const workerd = newWorkerd(fleetOptions(fleet, folder, hooks));
  const exclusively = makeExclusive();
  let ready: Promise<URL> = workerd.ready;
  try {
    await ready;
  } catch (error) {
    await workerd.dispose().catch(() => undefined);
    throw error;
  }

  const swap = (next: Fleet): Promise<void> => {
    const applied = workerd.setOptions(fleetOptions(next, folder, hooks));
    ready = applied.then(() => workerd.ready);
    ready.catch(() => undefined);
    return applied;
  };

  const apply = async (next: Fleet): Promise<void> => {
    try {
      await swap(next);
      fleet = next;
    } catch (error) {
      await swap(fleet);
      throw error;
    }
  };

  /** Namespaces are bound when they are first asked for: binding each at once would close every chat's sockets. */
  const bindKv = (namespaceId: string): Promise<void> =>
    exclusively(async () => {
      if (!fleet.kvNamespaceIds.includes(namespaceId))
        await apply({ ...fleet, kvNamespaceIds: [...fleet.kvNamespaceIds, namespaceId] });
    });

  return {
    address: async (name, wish) => {
      await ready;
      const script = fleet.scripts.find((candidate) => candidate.name === name);
      const versions = script?.shares.map(({ percentage, worker }) => ({
        percentage,
        versionId: worker.version.id,
      }));
      if (versions === undefined || versions.length < 2) return workerd.unsafeGetDirectURL(name);
      const { versionId } = pickVersion(name, versions, wish, Math.random());
      return workerd.unsafeGetDirectURL(versionWorkerName(name, versionId));
    },
    change: (next) => exclusively(() => apply(next(fleet))),
    kv: async (namespaceId) => {
      await bindKv(namespaceId);
      return workerd.getKVNamespace(kvBindingName(namespaceId), KV_WORKER);
    },
    stop: () => exclusively(() => workerd.dispose()),
  };
}
