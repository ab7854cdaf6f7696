/**
 * The durable schedule behind an object's single alarm. A job is a name and a time; setting the alarm is the dearest
 * call there is (0.6 ms), so it is set only when something is due earlier than it stands.
 */
import { JOB_RETRY_MS } from "./limits.ts";

/** Where an object keeps its schedule. */
export interface ScheduleStore {
  readonly facts: {
    /** When the alarm is set for, Unix ms. */
    get(key: "alarm"): string | undefined;
    set(key: "alarm", value: string | undefined): void;
  };
  readonly jobs: {
    all(): ReadonlyMap<string, number>;
    set(job: string, due: number): void;
    remove(job: string): void;
  };
}

export type Job = "trim" | "directory" | "metrics" | "bans" | "cleanup" | "sync" | "hub" | "held";

/** When a job is due again, if it is. `gone`: the object is no more, and neither is its schedule. */
export type Again = number | undefined | "gone";

export type Jobs<Name extends string = Job> = { readonly [Each in Name]: () => Again | Promise<Again> };

export class Schedule<Name extends string = Job> {
  readonly #store: ScheduleStore;
  readonly #arm: (at: number) => void;
  readonly #due: Map<string, number>;
  #alarm: number | undefined;
  /** Asked for while the same job runs. */
  readonly #asked = new Map<string, number>();
  #running: string | undefined;

  constructor(store: ScheduleStore, arm: (at: number) => void, now: number) {
    this.#store = store;
    this.#arm = arm;
    this.#due = new Map(store.jobs.all());
    const alarm = store.facts.get("alarm");
    const at = alarm === undefined ? undefined : Number(alarm);
    // Until it is past, it stands. Past, it comes now, or comes again after a run that ended amid its jobs: whoever asks
    // for a job first makes sure of it. Long overdue, it will not come.
    if (at !== undefined && at > now) this.#alarm = at;
    if (at !== undefined && at <= now && at >= now - JOB_RETRY_MS) return;
    try {
      this.#rearm();
    } catch {
      // What is woken has to come up, also where nothing can be written: whoever asks for a job next sets the alarm.
    }
  }

  /** The job runs at `due` or earlier. */
  by(job: Name, due: number): void {
    if (this.#running === job) this.#asked.set(job, Math.min(due, this.#asked.get(job) ?? due));
    else {
      if ((this.#due.get(job) ?? Number.POSITIVE_INFINITY) > due) this.#put(job, due);
      this.#rearm();
    }
  }

  /** Runs what is due. A job that fails runs again in a minute. @throws where nothing can be written: call it again then */
  async run(
    jobs: Jobs<Name>,
    now: () => number,
    failed: (job: string, error: unknown) => void,
  ): Promise<void> {
    this.#alarm = undefined;
    const due = [...this.#due].filter(([, at]) => at <= now()).sort(([, a], [, b]) => a - b);
    for (const [job] of due) {
      // It stays due until it is done, and the runtime calls an alarm again that did not end: a crash loses nothing.
      this.#running = job;
      try {
        const again = isJob(job, jobs) ? await jobs[job]() : undefined;
        if (again === "gone") return;
        this.#finish(job, again);
      } catch (error) {
        failed(job, error);
        this.#running = undefined;
        this.#put(job, now() + JOB_RETRY_MS);
      }
      this.#running = undefined;
      this.#asked.delete(job);
    }
    if (this.#due.size === 0) this.#store.facts.set("alarm", undefined);
    else this.#rearm();
  }

  #finish(job: string, again: Exclude<Again, "gone">): void {
    const next = Math.min(
      again ?? Number.POSITIVE_INFINITY,
      this.#asked.get(job) ?? Number.POSITIVE_INFINITY,
    );
    if (next === Number.POSITIVE_INFINITY) {
      this.#store.jobs.remove(job);
      this.#due.delete(job);
    } else {
      this.#put(job, next);
    }
  }

  /** Believed once it is stored: a write may fail. */
  #put(job: string, due: number): void {
    this.#store.jobs.set(job, due);
    this.#due.set(job, due);
  }

  #rearm(): void {
    // While jobs run, the alarm is set once at their end.
    if (this.#running !== undefined || this.#due.size === 0) return;
    const next = Math.min(...this.#due.values());
    if (this.#alarm !== undefined && this.#alarm <= next) return;
    this.#store.facts.set("alarm", String(next));
    this.#arm(next);
    this.#alarm = next;
  }
}

/** A newer version may have left a job that this one does not know: it is dropped. */
const isJob = <Name extends string>(job: string, jobs: Jobs<Name>): job is Name => Object.hasOwn(jobs, job);
