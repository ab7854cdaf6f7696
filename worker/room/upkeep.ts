/** When the room's jobs are due: each thing that happens asks for its upkeep here. */
import { isCountOld } from "./head-count.ts";
import { DIRECTORY_DELAY_MS, DIRECTORY_INTERVAL_MS, METRICS_INTERVAL_MS } from "./limits.ts";
import { jobsOf, keptMs, type Premises } from "./maintenance.ts";
import { type Job, Schedule } from "./schedule.ts";

export class Upkeep {
  readonly #premises: Premises;
  readonly #schedule: Schedule;
  /** Asked for, and not stored: a write failed. */
  #owesTrim = false;

  constructor(premises: Premises) {
    this.#premises = premises;
    this.#schedule = new Schedule(premises.store, premises.host.arm, premises.host.now());
  }

  /** The job runs at `due` or earlier. */
  by(job: Job, due: number): void {
    this.#schedule.by(job, due);
  }

  /** Something was written that may go in time. */
  trim(): void {
    this.#owesTrim = true;
    this.#schedule.by("trim", this.#kept());
    this.#owesTrim = false;
  }

  /** Something was counted. */
  measure(): void {
    this.#schedule.by("metrics", this.#premises.host.now() + METRICS_INTERVAL_MS);
  }

  endBan(until: number): void {
    this.#schedule.by("bans", until);
  }

  /**
   * With each tick: what somebody who came or went asks for, what a write that failed was to see to, and what a crash
   * left that took every socket without a word.
   */
  check(): void {
    const { members, store } = this.#premises;
    if (this.#owesTrim) this.trim();
    if (isCountOld(this.#premises)) this.#directory();
    // A room that leaves nothing to keep goes, once nobody can resume it.
    if (members.connections.size === 0 && store.log.isEmpty()) this.#schedule.by("cleanup", this.#kept());
  }

  #directory(): void {
    const { store, host } = this.#premises;
    const last = Number(store.facts.get("directoryAt") ?? 0);
    const now = host.now();
    const allowed = last <= now ? last + DIRECTORY_INTERVAL_MS : 0;
    this.#schedule.by("directory", Math.max(now + DIRECTORY_DELAY_MS, allowed));
  }

  /** The alarm. @throws where nothing can be written */
  async run(): Promise<void> {
    const { room, region, host } = this.#premises;
    await this.#schedule.run(jobsOf(this.#premises), host.now, (job, error) => {
      host.log("job_failed", { room, region, job, error: String(error) });
    });
  }

  #kept(): number {
    return this.#premises.host.now() + keptMs(this.#premises.settings.limits.retentionMs);
  }
}
