/** The world as a room sees it, made of a Durable Object's state and the Worker's bindings. */
import type { Env } from "../env.ts";
import { roomDataPoint } from "../metrics.ts";
import type { DirectoryFacts, Host, RoomPoint } from "../room/host.ts";
import { DIRECTORY_TTL_SECONDS } from "../room/limits.ts";
import { DIRECTORY_PREFIX, type DirectoryEntry } from "./contract.ts";
import { objectHub, objectPeers } from "./object-peers.ts";

/** One structured line; Workers Logs index its fields. */
export function logLine(version: string, event: string, facts: object): void {
  console.log(JSON.stringify({ event, version, ...facts }));
}

export function objectHost(context: DurableObjectState, env: Env, destroyed: () => void): Host {
  const log: Host["log"] = (event, facts) => logLine(env.VERSION, event, facts);
  const failed = (event: string) => (error: unknown) => log(event, { error: String(error) });
  return {
    now: Date.now,
    random: Math.random,
    later: (ms, run) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    arm: (at) => {
      context.storage.setAlarm(at).catch(failed("alarm_not_set"));
    },
    log,
    directory: { write: (facts) => writeDirectory(env.DIRECTORY, facts) },
    measure: (point) => measure(env.ANALYTICS, point, failed("point_not_written")),
    peers: objectPeers(env),
    hub: objectHub(env),
    destroy: async () => {
      // In one turn, so that whoever comes next finds either the room or none: nothing is delivered in between.
      const gone = [context.storage.deleteAlarm(), context.storage.deleteAll()];
      destroyed();
      await Promise.all(gone);
    },
  };
}

async function writeDirectory(
  directory: KVNamespace,
  { room, region, users, at }: DirectoryFacts,
): Promise<void> {
  const key = DIRECTORY_PREFIX + room;
  if (users === 0) {
    await directory.delete(key);
    return;
  }
  const metadata: DirectoryEntry = { users, regions: [region], updatedAt: at };
  await directory.put(key, "", { metadata, expirationTtl: DIRECTORY_TTL_SECONDS });
}

/** The call returns nothing in production, and a promise where the dataset is a service binding. */
function measure(dataset: AnalyticsEngineDataset, point: RoomPoint, failed: (error: unknown) => void): void {
  try {
    const written: unknown = dataset.writeDataPoint(roomDataPoint(point));
    Promise.resolve(written).catch(failed);
  } catch (error) {
    failed(error);
  }
}
