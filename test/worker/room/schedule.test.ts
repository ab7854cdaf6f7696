import { describe, expect, it } from "vitest";
import { JOB_RETRY_MS } from "../../../worker/room/limits.ts";
import { type Again, type Jobs, Schedule } from "../../../worker/room/schedule.ts";

const NOW = 1_800_000_000_000;
type Name = "trim" | "sync";

/** The schedule's storage, its object's one alarm, and lives that come and go over them. */
class Desk {
  now = NOW;
  writes = 0;
  isFull = false;
  isFactsFull = false;
  /** What the runtime was asked for, and has not run to its end. */
  alarm: number | undefined;
  readonly arms: number[] = [];
  readonly failures: string[] = [];
  fact: string | undefined;
  readonly rows = new Map<string, number>();

  wake(): Schedule<Name> {
    const store = {
      facts: {
        get: () => this.fact,
        set: (_: "alarm", value: string | undefined) => {
          if (this.isFactsFull) throw new Error("database or disk is full");
          if (value !== this.fact) this.writes++;
          this.fact = value;
        },
      },
      jobs: {
        all: () => this.rows,
        set: (job: string, due: number) => {
          if (this.isFull) throw new Error("database or disk is full");
          this.writes++;
          this.rows.set(job, due);
        },
        remove: (job: string) => {
          this.writes++;
          this.rows.delete(job);
        },
      },
    };
    const arm = (at: number) => {
      this.arms.push(at);
      this.alarm = at;
    };
    return new Schedule<Name>(store, arm, this.now);
  }

  /** As the runtime does at the alarm's time: it is no longer set while the handler runs. */
  async ring(schedule: Schedule<Name>, jobs: Partial<Jobs<Name>>): Promise<void> {
    this.now = Math.max(this.now, this.alarm ?? this.now);
    this.alarm = undefined;
    const none = (): Again => undefined;
    await schedule.run(
      { trim: none, sync: none, ...jobs },
      () => this.now,
      (job) => this.failures.push(job),
    );
  }
}

describe("the schedule behind an object's one alarm", () => {
  it("writes two rows for a job that comes again: when it does, and the alarm", async () => {
    const desk = new Desk();
    const schedule = desk.wake();
    schedule.by("trim", NOW + 1000);
    desk.writes = 0;
    await desk.ring(schedule, { trim: () => desk.now + 5000 });
    expect(desk.writes).toBe(2);
    expect(desk.arms).toEqual([NOW + 1000, NOW + 6000]);
  });

  it("keeps no trace of an alarm after the last job", async () => {
    const desk = new Desk();
    const schedule = desk.wake();
    schedule.by("trim", NOW + 1000);
    await desk.ring(schedule, {});
    expect(desk.fact).toBeUndefined();
    expect(desk.rows.size).toBe(0);
    schedule.by("sync", desk.now + 10);
    expect(desk.alarm).toBe(desk.now + 10);
  });

  it("does a job again that a crash cut off, when the runtime rings again", async () => {
    const desk = new Desk();
    const first = desk.wake();
    first.by("sync", NOW + 1000);
    void desk.ring(first, { sync: () => new Promise<Again>(() => {}) });
    const second = desk.wake();
    let done = 0;
    await desk.ring(second, {
      sync: () => {
        done++;
        return undefined;
      },
    });
    expect(done).toBe(1);
    expect(desk.rows.size).toBe(0);
  });

  it("after such a crash sees to the alarm itself, as soon as somebody asks for any job", () => {
    const desk = new Desk();
    const first = desk.wake();
    first.by("sync", NOW + 1000);
    void desk.ring(first, { sync: () => new Promise<Again>(() => {}) });
    expect(desk.alarm).toBeUndefined();
    const second = desk.wake();
    // It is already due by then, so nothing is asked for that was not known.
    second.by("sync", NOW + 2000);
    expect(desk.alarm).toBe(NOW + 1000);
  });

  it("sets an alarm anew that is long overdue", () => {
    const desk = new Desk();
    desk.wake().by("sync", NOW + 1000);
    desk.alarm = undefined;
    desk.now = NOW + 1000 + JOB_RETRY_MS + 1;
    desk.wake();
    expect(desk.alarm).toBe(NOW + 1000);
  });

  it("waits a minute after a job that failed, also when it was asked for meanwhile", async () => {
    const desk = new Desk();
    const schedule = desk.wake();
    schedule.by("sync", NOW + 1000);
    await desk.ring(schedule, {
      sync: () => {
        schedule.by("sync", desk.now + 1);
        throw new Error("no");
      },
    });
    expect(desk.failures).toEqual(["sync"]);
    expect(desk.alarm).toBe(NOW + 1000 + JOB_RETRY_MS);
  });

  it("runs a job once more that was asked for while it ran", async () => {
    const desk = new Desk();
    const schedule = desk.wake();
    schedule.by("sync", NOW + 1000);
    await desk.ring(schedule, {
      sync: () => {
        schedule.by("sync", desk.now + 7);
        return desk.now + 5000;
      },
    });
    expect(desk.alarm).toBe(NOW + 1007);
  });

  it("believes only what it could store", () => {
    const desk = new Desk();
    const schedule = desk.wake();
    desk.isFull = true;
    expect(() => schedule.by("trim", NOW + 1000)).toThrow("full");
    desk.isFull = false;
    schedule.by("trim", NOW + 1000);
    expect(desk.rows.get("trim")).toBe(NOW + 1000);
    expect(desk.alarm).toBe(NOW + 1000);
  });

  it("sets the alarm with the next job, where that could not be stored", () => {
    const desk = new Desk();
    const schedule = desk.wake();
    schedule.by("trim", NOW + 5000);
    desk.isFactsFull = true;
    expect(() => schedule.by("sync", NOW + 1000)).toThrow("full");
    desk.isFactsFull = false;
    schedule.by("sync", NOW + 2000);
    expect(desk.alarm).toBe(NOW + 1000);
  });

  it("asks for nothing once the object is gone", async () => {
    const desk = new Desk();
    const schedule = desk.wake();
    schedule.by("trim", NOW + 1000);
    await desk.ring(schedule, { trim: () => "gone" });
    schedule.by("sync", desk.now + 1);
    expect(desk.arms).toEqual([NOW + 1000]);
  });
});
