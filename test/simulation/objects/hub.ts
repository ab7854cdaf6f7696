/** The room's hub: the real heart and the real SQL, in a shell like worker/objects/room-hub. */
import { Hub } from "../../../worker/room/hub/hub.ts";
import type { HubHost } from "../../../worker/room/hub/hub-host.ts";
import { JOB_RETRY_MS } from "../../../worker/room/limits.ts";
import { SqlHubStore } from "../../../worker/storage/hub-store.ts";
import type { World } from "../engine/world.ts";
import type { Mutation } from "../mutations/mutation.ts";
import type { Callee, Caller, Reply } from "../network/network.ts";
import { HUB } from "../schedule/plan.ts";
import { DurableObject, type Life } from "./durable-object.ts";
import { ROOM } from "./replica.ts";

export interface HubSurroundings {
  readonly connectionsPerRoom: number;
  /** The stack's regions as of now, and those of them that are given up. */
  regions(): { readonly regions: readonly string[]; readonly closed: readonly string[] };
  call(hub: HubObject, region: string, verb: string, request: unknown, deadlineMs: number): Promise<unknown>;
  readonly mutation: Mutation | undefined;
}

class Shell implements Life {
  readonly hub: Hub;
  readonly #failed: () => void;

  constructor(hub: Hub, failed: () => void) {
    this.hub = hub;
    this.#failed = failed;
  }

  async alarm(): Promise<void> {
    try {
      await this.hub.alarm();
    } catch {
      this.#failed();
    }
  }
}

export class HubObject extends DurableObject<Shell> implements Callee, Caller {
  readonly #around: HubSurroundings;

  constructor(
    world: World,
    region: string,
    weather: { commitMs: number; alarmLateMs: number },
    keepsHistory: boolean,
    around: HubSurroundings,
  ) {
    super(world, "hub", HUB, region, weather, keepsHistory);
    this.#around = around;
  }

  protected override wake(): Shell {
    return new Shell(this.#open(), () => this.setAlarm(this.now + JOB_RETRY_MS));
  }

  #open(): Hub {
    const { mutation, connectionsPerRoom } = this.#around;
    const store = new SqlHubStore(this.sql);
    const host = mutation?.hub?.({ store, host: this.#host }) ?? this.#host;
    return new Hub(store, host, { ...this.#around.regions(), connectionsPerRoom });
  }

  protected override dropSockets(): void {}

  receive(verb: string, request: unknown, answer: (reply: Reply) => void): void {
    this.deliver(({ hub }) => {
      this.#perform(hub, verb, request).then(
        (value) => this.output(() => answer({ value })),
        (error: unknown) => {
          this.world.trace(() => `${this.name}: ${verb} failed: ${String(error)}`);
          this.output(() => answer({ error: String(error) }));
        },
      );
    });
  }

  async #perform(hub: Hub, verb: string, request: unknown): Promise<unknown> {
    switch (verb) {
      case "register":
      case "acquire":
      case "release":
      case "attend":
        return hub[verb](request);
      case "kick":
        // The simulation makes these requests itself, as the Worker would.
        return hub.kick(request as Parameters<Hub["kick"]>[0]);
      default:
        throw new Error(`No verb ${verb}`);
    }
  }

  readonly #host: HubHost = {
    now: () => this.now,
    arm: (at) => this.setAlarm(at),
    log: (event, facts) => this.world.trace(() => `${this.name}: ${event} ${JSON.stringify(facts)}`),
    directory: { write: async () => {} },
    replicas: {
      report: (region, room, deadlineMs) =>
        this.ask(() =>
          this.#around.call(
            this,
            region,
            "report",
            { room, region, regions: this.#around.regions().regions.length },
            deadlineMs,
          ),
        ),
      notice: (region, room, notice, deadlineMs) =>
        this.ask(() => this.#around.call(this, region, "notice", { ...notice, room, region }, deadlineMs)),
    },
    destroy: async () => {
      this.world.trace(() => `${this.name}: forgets everything`);
      this.setAlarm(null);
      this.sql.wipe();
    },
  };

  kick(userId: string, banSeconds: number): void {
    this.receive("kick", { room: ROOM, userId, banSeconds }, () => {});
  }
}
