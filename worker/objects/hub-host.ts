/** The world as a hub sees it, made of a Durable Object's state and the Worker's bindings. */
import type { Env } from "../env.ts";
import type { HubHost } from "../room/hub/hub-host.ts";
import { answered } from "./deadline.ts";
import { logLine } from "./object-host.ts";
import { replicaStub } from "./object-peers.ts";
import { writeEntry } from "./room-directory.ts";

export function hubHost({ storage }: DurableObjectState, env: Env): HubHost {
  const log: HubHost["log"] = (event, facts) => logLine(env.VERSION, event, facts);
  const named = (region: string) => `The replica in ${region}`;
  return {
    now: Date.now,
    arm: (at) => {
      storage.setAlarm(at).catch((error: unknown) => log("alarm_not_set", { error: String(error) }));
    },
    log,
    directory: { write: (entry) => writeEntry(env.DIRECTORY, entry) },
    replicas: {
      report: async (region, room, deadlineMs) =>
        answered(
          replicaStub(env, region, room).report({ room, region, regions: env.CHAT.regions.length }),
          deadlineMs,
          named(region),
        ),
      notice: async (region, room, notice, deadlineMs) =>
        answered(
          replicaStub(env, region, room).notice({ ...notice, room, region }),
          deadlineMs,
          named(region),
        ),
    },
    destroy: async () => {
      // In one turn: nothing is delivered in between.
      await Promise.all([storage.deleteAlarm(), storage.deleteAll()]);
    },
  };
}
