/**
 * A Durable Object as the runtime runs it: one event at a time; what a turn wrote becomes durable a little later, and
 * what it sent leaves only then (the output gate); a crash in between loses both.
 */
import type { Kind } from "../engine/database-pool.ts";
import { DurableSql } from "../engine/durable-sql.ts";
import type { Random } from "../engine/random.ts";
import type { World } from "../engine/world.ts";

/** When the next crash comes: at once, or at a step of the next turn that writes. */
export type CrashPoint = "now" | "beforeCommit" | "afterCommit" | "amidSends";

export interface Weather {
  /** ms from a turn's end until its writes are durable, at most. */
  readonly commitMs: number;
  /** ms by which an alarm is late, at most. */
  readonly alarmLateMs: number;
}

/** ms after which the runtime calls a failed alarm again. */
const ALARM_RETRY_MS = 2_000;

/** One life in memory. */
export interface Life {
  /** The alarm rang. */
  alarm(): Promise<void>;
}

interface Turn {
  readonly wrote: boolean;
  readonly outputs: (() => void)[];
  readonly observers: (() => void)[];
  readonly alarm: number | null | undefined;
}

export abstract class DurableObject<L extends Life> {
  readonly name: string;
  readonly region: string;
  readonly world: World;
  readonly sql: DurableSql;
  protected readonly random: Random;
  protected readonly weather: Weather;
  /** A mutation: nothing that is sent waits for what was written. */
  ungated = false;
  #life: L | undefined;
  /** Counts lives: what an earlier one asked for is not for this one. */
  #lives = 0;
  #turn: { outputs: (() => void)[]; observers: (() => void)[]; alarm: number | null | undefined } | undefined;
  #waiting: Turn[] = [];
  #commitAt = 0;
  /** Unix ms by our clock, as of the last durable turn. */
  #alarm: number | undefined;
  #ringing: (() => void) | undefined;
  /** After each durable turn that wrote. It is a part of the storage. */
  readonly #alarms: (number | undefined)[] = [];
  #alarmRuns = false;
  #asking = 0;
  readonly #timers = new Set<() => void>();
  #crashAt: CrashPoint | undefined;
  /** ms that our clock is ahead of the world's. */
  skew = 0;
  turns = 0;
  alarms = 0;

  constructor(
    world: World,
    kind: Kind,
    name: string,
    region: string,
    weather: Weather,
    keepsHistory: boolean,
  ) {
    this.world = world;
    this.name = name;
    this.region = region;
    this.weather = weather;
    this.random = world.random(`object ${name}`);
    this.sql = new DurableSql(kind, keepsHistory);
  }

  /** The constructor of the object's class: memory is empty, the storage is there. */
  protected abstract wake(): L;
  /** Every socket is gone. */
  protected abstract dropSockets(): void;

  get now(): number {
    return Math.floor(this.world.now + this.skew);
  }

  get lives(): number {
    return this.#lives;
  }

  get isAwake(): boolean {
    return this.#life !== undefined;
  }

  get timers(): number {
    return this.#timers.size;
  }

  get hasAlarm(): boolean {
    return this.#alarm !== undefined || this.#alarmRuns;
  }

  /** An event reaches the object. To be called once in an event of the world. False: it threw. */
  deliver(run: (life: L) => void): boolean {
    if (this.#turn !== undefined) throw new Error(`${this.name}: a turn inside a turn`);
    this.turns++;
    this.#turn = { outputs: [], observers: [], alarm: undefined };
    const life = this.#lives;
    this.world.settled(() => {
      if (life === this.#lives) this.#endTurn();
    });
    try {
      this.#life ??= this.wake();
      run(this.#life);
      return true;
    } catch (error) {
      // The runtime logs what a handler throws, and goes on.
      this.world.trace(() => `${this.name}: a handler threw ${String(error)}`);
      return false;
    }
  }

  /** Something that leaves the object: held until what was written so far is durable. */
  output(send: () => void): void {
    if (this.#turn === undefined) throw new Error(`${this.name}: something is sent outside a turn`);
    if (this.ungated) send();
    else this.#turn.outputs.push(send);
  }

  /** For whoever watches from outside: runs when this turn's writes are durable. */
  durably(observe: () => void): void {
    this.#turn?.observers.push(observe);
  }

  /** What is undone is not seen either. */
  undoable<T>(work: () => T): T {
    const observers = this.#turn?.observers;
    const seen = observers?.length ?? 0;
    try {
      return work();
    } catch (error) {
      if (observers !== undefined) observers.length = seen;
      throw error;
    }
  }

  /** `run` in a turn of its own, unless this life ended meanwhile. */
  later(ms: number, run: () => void): () => void {
    const life = this.#lives;
    const cancel = this.world.after(ms, () => {
      this.#timers.delete(stop);
      if (life === this.#lives) this.deliver(run);
    });
    const stop = (): void => {
      this.#timers.delete(stop);
      cancel();
    };
    this.#timers.add(stop);
    return stop;
  }

  setAlarm(at: number | null): void {
    if (this.#turn === undefined) throw new Error(`${this.name}: the alarm is set outside a turn`);
    this.#turn.alarm = at;
  }

  crash(point: CrashPoint): void {
    if (point === "now") this.#die("crash");
    else this.#crashAt = point;
  }

  /** No crash and no failed write is still to come. */
  heal(): void {
    this.#crashAt = undefined;
    this.sql.failNext = false;
  }

  /** Leaves memory while nobody notices. False when something is under way. */
  hibernate(): boolean {
    if (this.#life === undefined || this.#waiting.length > 0 || this.#timers.size > 0 || this.isBusy)
      return false;
    this.world.trace(() => `${this.name} sleeps`);
    this.#lives++;
    this.#life = undefined;
    return true;
  }

  /** A call of ours to another object: while one is under way we stay in memory. */
  async ask<T>(call: () => Promise<T>): Promise<T> {
    const life = this.#lives;
    this.#asking++;
    try {
      return await call();
    } finally {
      if (life === this.#lives) this.#asking--;
    }
  }

  /** In a turn of the life that asked, if it still lives. */
  resume(life: number, run: () => void): void {
    if (life === this.#lives && this.#life !== undefined) this.deliver(run);
  }

  /** A call or an alarm is under way. */
  get isBusy(): boolean {
    return this.#alarmRuns || this.#asking > 0;
  }

  /** The storage is what it was after that share of its writes; empty by default. */
  loseStorage(share = 0): void {
    this.#die(share === 0 ? "loses its storage" : "is restored to an older state");
    this.#alarms.length = this.sql.restore(share);
    this.#arm(this.#alarms.at(-1));
  }

  protected get life(): L | undefined {
    return this.#life;
  }

  #endTurn(): void {
    const turn = this.#turn;
    if (turn === undefined) return;
    this.#turn = undefined;
    const wrote = this.sql.endTurn() || turn.alarm !== undefined;
    if (!wrote && turn.outputs.length === 0) return;
    this.#waiting.push({ ...turn, wrote });
    const life = this.#lives;
    if (wrote && this.#crashAt === "beforeCommit") {
      this.#die("crash before the commit");
      return;
    }
    const delay = wrote ? this.random.between(0, this.weather.commitMs) : 0;
    this.#commitAt = Math.max(this.#commitAt, this.world.now + delay);
    if (this.#waiting.length === 1 && delay === 0) this.#release();
    else
      this.world.after(this.#commitAt - this.world.now, () => {
        if (life === this.#lives) this.#release();
      });
  }

  /** The oldest turn is durable: what it sent leaves. */
  #release(): void {
    const turn = this.#waiting.shift();
    if (turn === undefined) return;
    if (turn.wrote) {
      this.sql.commit();
      for (const observe of turn.observers) observe();
      if (turn.alarm !== undefined) this.#arm(turn.alarm ?? undefined);
      this.#alarms.push(this.#alarm);
      if (this.#crashAt === "afterCommit") {
        this.#die("crash after the commit");
        return;
      }
    }
    const kept =
      this.#crashAt === "amidSends" && turn.outputs.length > 1
        ? this.random.int(1, turn.outputs.length - 1)
        : undefined;
    for (const send of turn.outputs.slice(0, kept)) send();
    if (kept !== undefined) this.#die("crash amid the sends");
  }

  #die(how: string): void {
    this.world.trace(() => `${this.name}: ${how}`);
    this.#crashAt = undefined;
    this.#lives++;
    this.#life = undefined;
    this.#turn = undefined;
    this.#waiting = [];
    this.#asking = 0;
    this.#commitAt = 0;
    for (const stop of [...this.#timers]) stop();
    this.sql.crash();
    this.dropSockets();
    // An alarm that did not end rings again.
    if (this.#alarmRuns) {
      this.#alarmRuns = false;
      this.#arm(this.now);
    }
  }

  #arm(at: number | undefined): void {
    this.#alarm = at;
    this.#ringing?.();
    this.#ringing = undefined;
    if (at === undefined) return;
    const late = this.random.chance(0.1) ? this.random.between(0, this.weather.alarmLateMs) : 1;
    this.#ringing = this.world.after(at - this.now + late, () => this.#ring());
  }

  #ring(): void {
    this.#ringing = undefined;
    // One that was set while another runs comes when that has ended.
    if (this.#alarm === undefined || this.#alarmRuns) return;
    this.alarms++;
    this.#alarm = undefined;
    this.#alarmRuns = true;
    const life = this.#lives;
    this.world.trace(() => `${this.name}: alarm`);
    const rang = this.deliver((awake) => {
      void awake.alarm().finally(() => {
        if (life !== this.#lives) return;
        // Done once what it wrote is durable: until then it would ring again.
        this.output(() => {
          this.#alarmRuns = false;
          if (this.#alarm !== undefined && this.#ringing === undefined) this.#arm(this.#alarm);
        });
      });
    });
    if (rang) return;
    // The runtime tries an alarm again that failed.
    this.#alarmRuns = false;
    this.#arm(this.now + ALARM_RETRY_MS);
  }
}
