/** The world as a room sees it, made of a Durable Object's state and the Worker's bindings. */
import type { Env } from "../env.ts";
import { roomDataPoint } from "../metrics.ts";
import type { Host, RoomPoint } from "../room/host.ts";
import { objectHub, objectPeers } from "./object-peers.ts";
import { writeEntry } from "./room-directory.ts";

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
    directory: {
      write: ({ region, ...facts }) => writeEntry(env.DIRECTORY, { ...facts, regions: [region] }),
    },
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

/** The call returns nothing in production, and a promise where the dataset is a service binding. */
function measure(dataset: AnalyticsEngineDataset, point: RoomPoint, failed: (error: unknown) => void): void {
  try {
    const written: unknown = dataset.writeDataPoint(roomDataPoint(point));
    Promise.resolve(written).catch(failed);
  } catch (error) {
    failed(error);
  }
}
