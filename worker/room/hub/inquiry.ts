/** Asking a replica how it is, and taking what it answers. */
import type { ReplicaReport } from "../hub-port.ts";
import { mergeBans } from "./ban-book.ts";
import { askReport } from "./census.ts";
import type { Office } from "./office.ts";

export class Inquiry {
  readonly #office: Office;

  constructor(office: Office) {
    this.#office = office;
  }

  /** @throws when it is not reached */
  async ask(region: string): Promise<ReplicaReport> {
    const { store, host, room, registry } = this.#office;
    const before = store.replicas.get(region)?.origin;
    const report = await askReport(host.replicas, region, room);
    registry.change(() => {
      const known = registry.settle(region, before, report.founded ? report : undefined);
      if (!report.founded) return;
      mergeBans(store, report.bans);
      if (report.membership.version > registry.version) registry.above(report.membership.version);
      if (known === undefined || known.origin !== report.origin) return;
      const { users, connections } = report;
      store.replicas.save({ ...known, users, connections, heardAt: host.now() });
    });
    return report;
  }

  /** Undefined for each that is not reached. */
  askEach(regions: readonly string[]): Promise<readonly (ReplicaReport | undefined)[]> {
    return Promise.all(
      regions.map((region) =>
        this.ask(region).catch((error: unknown) => {
          this.#office.host.log("report_missed", { room: this.#office.room, region, error: String(error) });
          return undefined;
        }),
      ),
    );
  }
}
