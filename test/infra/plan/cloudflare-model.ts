/**
 * A small model of what a deployment meets: an account that runs each migration step once, the calls of one engine run,
 * of which each can fail in every way, and what the engine's state knows afterwards.
 */
import { digests, fingerprint } from "../../../infra/fingerprint.ts";
import { classesAfter, type MigrationStep, type Migrations } from "../../../infra/plan/migration-steps.ts";
import {
  type LastDeployment,
  type LiveScript,
  migrationsToRepeat,
  planMigrations,
  tagWord,
} from "../../../infra/plan/migrations.ts";
import type { Problem } from "../../../infra/plan/problems.ts";

/** Calls that change the account, in the order of a run; `outputs` is the engine saving them at the end. */
export const CALLS = ["namespace", "script", "subdomain", "route", "outputs"] as const;
export type Call = (typeof CALLS)[number];

/** How a call goes wrong. */
export type Mishap =
  /** The API refuses; nothing is changed. */
  | "refused"
  /** Carried out, and the answer lost on the way: the provider repeats the call. */
  | "lost"
  /** The engine is killed before the call, or after it was carried out. */
  | "killed before"
  | "killed after";
export interface Failure {
  readonly call: Call;
  readonly mishap: Mishap;
}

export const PLACE = { accountId: "acc", scriptName: "edge-chat-dev" };

interface Script {
  tag: string | undefined;
  etag: string;
  modifiedOn: string;
  classes: string[];
}

/** The account: what is there, and what it ever ran. */
export class Account {
  script: Script | undefined;
  /** Titles and patterns, each of which can be made once. */
  readonly made = new Set<Call>();
  uploads = 0;
  /** Every step that ran on the script, in order. */
  readonly ran: string[] = [];
  readonly rejections: string[] = [];
  #time = 0;

  /** Somebody touches the script by hand: the code stays, the version is another. */
  touch(): void {
    if (this.script) this.script.modifiedOn = String(++this.#time);
  }

  get live(): LiveScript | undefined {
    if (this.script === undefined) return undefined;
    const { tag, etag, modifiedOn } = this.script;
    return { tag, etag, modifiedOn };
  }

  upload(code: string, migrations: Migrations | undefined): boolean {
    this.uploads += 1;
    const before = this.script;
    if (migrations !== undefined && migrations.oldTag !== before?.tag) {
      this.rejections.push(`10079: got ${migrations.oldTag ?? ""}, expected ${before?.tag ?? ""}`);
      return false;
    }
    const steps = migrations?.steps ?? (migrations ? [migrations] : []);
    if (migrations !== undefined) this.ran.push(migrations.newTag);
    const classes = new Set(before?.classes ?? []);
    for (const { newSqliteClasses = [], renamedClasses = [], deletedClasses = [] } of steps) {
      for (const name of newSqliteClasses) classes.add(name);
      for (const { from, to } of renamedClasses) if (classes.delete(from)) classes.add(to);
      for (const name of deletedClasses) classes.delete(name);
    }
    this.script = {
      tag: migrations?.newTag ?? before?.tag,
      // Like Cloudflare's: of the content alone, so that it does not tell another binding.
      etag: fingerprint(code.split("+")[0]),
      modifiedOn: String(++this.#time),
      classes: [...classes],
    };
    return true;
  }

  /** Makes what has a name of its own; a second time is refused (10014, 10020). */
  make(call: Call): boolean {
    if (this.made.has(call)) return false;
    this.made.add(call);
    return true;
  }
}

interface ScriptState {
  readonly code: string;
  readonly migrations: Migrations | undefined;
}
/** `taken`: something of that name exists (10014, 10020). `moved on`: the live tag was not the expected one (10079). */
type RunEnd = "well" | "refused" | "taken" | "moved on" | "killed";

export interface Disturbance {
  readonly failure?: Failure | undefined;
  /** Something that happens right before a call. */
  readonly meanwhile?: { readonly call: Call; readonly happens: () => void };
}

/** One stack with its own backend, working on an account. */
export class Stack {
  readonly account: Account;
  outputs: LastDeployment | undefined;
  /** What the engine's state holds, beside the script. */
  readonly state = new Set<Call>();
  script: ScriptState | undefined;
  /** The component's outputs stand in the state before anything is made. */
  begun = false;

  constructor(account: Account) {
    this.account = account;
  }

  /** The program's decision, as `infra/program` makes it. */
  plan(history: readonly MigrationStep[]) {
    const names = classesAfter(history);
    return planMigrations({
      stack: "dev",
      ...PLACE,
      history,
      digests: digests(history),
      bound: names,
      exported: names,
      live: this.account.live,
      last: this.outputs,
      memory: {
        recorded: this.script === undefined ? [] : [PLACE],
        begun: this.begun && this.state.has("namespace") ? PLACE : undefined,
      },
      allowDeletedClasses: ["A", "B", "C", "D"],
      previewedTag: tagWord(this.account.live),
    });
  }

  /** `npm run up`: imports what the state does not know, runs the engine, and runs it again where that can help. */
  up(
    history: readonly MigrationStep[],
    code: string,
    disturbance: Disturbance = {},
  ): RunEnd | "foreign namespace" | readonly Problem[] {
    for (let round = 1; ; round += 1) {
      const { problems } = this.plan(history);
      if (problems.length > 0) return problems;
      if (!this.#adopt()) return "foreign namespace";
      const end = this.#engine(history, code, round === 1 ? disturbance : {});
      if (round === 3 || (end !== "taken" && end !== "moved on")) return end;
      if (end === "taken" && !this.#adopt()) return "foreign namespace";
    }
  }

  /** A child can be imported only once its parent is in the state. False when the namespace must be somebody else's. */
  #adopt(): boolean {
    if (!this.begun) return true;
    const isUnknown = this.account.made.has("namespace") && !this.state.has("namespace");
    if (isUnknown && this.script === undefined && this.account.script !== undefined) return false;
    for (const call of ["namespace", "route"] as const) if (this.account.made.has(call)) this.state.add(call);
    return true;
  }

  /** One run of the engine. */
  #engine(history: readonly MigrationStep[], code: string, { failure, meanwhile }: Disturbance): RunEnd {
    const { migrations: pending } = this.plan(history);
    this.begun = true;
    const run = { ...PLACE, providerVersion: "6", fingerprint: fingerprint(code), kvNamespaceId: "kv" };
    const migrations = pending ?? migrationsToRepeat(this.outputs, { ...run, live: this.account.live ?? {} });
    const inputs: ScriptState = { code, migrations };
    for (const call of CALLS) {
      if (this.#isDone(call, inputs)) continue;
      const mishap = failure?.call === call ? failure.mishap : undefined;
      if (meanwhile?.call === call) meanwhile.happens();
      if (mishap === "killed before") return "killed";
      if (mishap === "refused") return "refused";
      const conflict = call === "script" ? "moved on" : "taken";
      if (!this.#call(call, inputs)) return conflict;
      if (mishap === "killed after") return "killed";
      if (mishap === "lost" && !this.#call(call, inputs)) return conflict;
      if (call === "script") this.script = inputs;
      else this.state.add(call);
    }
    this.outputs = {
      ...run,
      migrations,
      history: digests(history),
      live: this.account.live ?? {},
    };
    return "well";
  }

  #isDone(call: Call, inputs: ScriptState): boolean {
    if (call === "script")
      return this.script !== undefined && fingerprint(this.script) === fingerprint(inputs);
    return call !== "outputs" && this.state.has(call);
  }

  #call(call: Call, { code, migrations }: ScriptState): boolean {
    if (call === "script") return this.account.upload(code, migrations);
    return call === "subdomain" || call === "outputs" || this.account.make(call);
  }
}
