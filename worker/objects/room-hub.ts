import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { Hub } from "../room/hub/hub.ts";
import { JOB_RETRY_MS } from "../room/limits.ts";
import { SqlHubStore } from "../storage/hub-store.ts";
import type { HubRpc } from "./contract.ts";
import { hubHost } from "./hub-host.ts";
import { logLine } from "./object-host.ts";
import { objectSql } from "./object-sql.ts";

type Ask<Verb extends keyof HubRpc> = Parameters<HubRpc[Verb]>[0];

/** The control plane of one room with several regions, named by the room. Only plumbing: each verb is the `Hub`'s. */
export class RoomHub extends DurableObject<Env> implements HubRpc {
  readonly #hub: Hub;

  constructor(context: DurableObjectState, env: Env) {
    super(context, env);
    const { regions, closedRegions: closed, limits } = env.CHAT;
    this.#hub = new Hub(new SqlHubStore(objectSql(context.storage)), hubHost(context, env), {
      regions,
      closed,
      connectionsPerRoom: limits.connectionsPerRoom,
    });
  }

  async register(registration: Ask<"register">) {
    return this.#hub.register(registration);
  }

  async acquire(wish: Ask<"acquire">) {
    return this.#hub.acquire(wish);
  }

  async release(claim: Ask<"release">) {
    return this.#hub.release(claim);
  }

  async attend(attendance: Ask<"attend">) {
    return this.#hub.attend(attendance);
  }

  async kick(request: Ask<"kick">) {
    return this.#hub.kick(request);
  }

  async info(_: Ask<"info">) {
    return this.#hub.info();
  }

  override async alarm(): Promise<void> {
    try {
      await this.#hub.alarm();
    } catch (error) {
      // Storage that fails now may work later: an alarm that throws would be given up after six retries.
      logLine(this.env.VERSION, "alarm_failed", { error: String(error) });
      await this.ctx.storage.setAlarm(Date.now() + JOB_RETRY_MS);
    }
  }
}
