/** A small model of what a run meets: Cloudflare's rule about migration tags, and what the engine keeps in its state. */
import { digests, fingerprint } from "../../../infra/fingerprint.ts";
import { classesAfter, type MigrationStep, type Migrations } from "../../../infra/plan/migration-steps.ts";
import { type LastDeployment, migrationsToRepeat, planMigrations } from "../../../infra/plan/migrations.ts";

/** How a run ends. */
export type Ending =
  | "well"
  /** Before anything is sent. */
  | "early"
  /** The script is uploaded, then something else fails: the state has the script, the outputs are the old ones. */
  | "after the upload"
  /** The upload is applied and its answer lost: the provider sends it again. */
  | "answer lost";

interface Script {
  tag: string | undefined;
  etag: string;
  modifiedOn: string;
  classes: string[];
}
interface Inputs {
  readonly code: string;
  readonly migrations: Migrations | undefined;
}

export const SCRIPT = "edge-chat-dev";

export class Model {
  script: Script | undefined;
  /** The script's inputs in the engine's state. */
  state: Inputs | undefined;
  outputs: LastDeployment | undefined;
  uploads = 0;
  /** Every step that Cloudflare ran on this script, in order. */
  ran: string[] = [];
  rejections: string[] = [];
  #time = 0;

  /** Somebody touches the script by hand: the code stays, the version is another. */
  handChange(): void {
    if (this.script) this.script.modifiedOn = String(++this.#time);
  }

  /** What the engine learns of that by a refresh is in no input that the plan reads; the outputs stay as they are. */
  #upload(code: string, migrations: Migrations | undefined): boolean {
    this.uploads += 1;
    const before = this.script;
    if (migrations !== undefined && migrations.oldTag !== before?.tag) {
      this.rejections.push(`10079: got ${migrations.oldTag ?? ""}, expected ${before?.tag ?? ""}`);
      return false;
    }
    if (migrations !== undefined) this.ran.push(migrations.newTag);
    const steps = migrations?.steps ?? (migrations ? [migrations] : []);
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

  /** One `up`: plans like the program, applies like the engine. False when it fails. */
  up(history: readonly MigrationStep[], code: string, ending: Ending): boolean {
    const names = classesAfter(history);
    const live = this.script && { ...this.script };
    const last = this.outputs;
    const plan = planMigrations({
      stack: "dev",
      accountId: "acc",
      scriptName: SCRIPT,
      history,
      digests: digests(history),
      bound: names,
      exported: names,
      live,
      last,
      allowDeletedClasses: ["A", "B", "C", "D"],
    });
    if (plan.problems.length > 0) throw new Error(plan.problems.map(({ what }) => what).join("; "));
    const run = {
      accountId: "acc",
      scriptName: SCRIPT,
      providerVersion: "6",
      fingerprint: fingerprint(code),
      kvNamespaceId: "kv",
    };
    const migrations = plan.migrations ?? migrationsToRepeat(last, { ...run, live: live ?? {} });
    if (ending === "early") return false;
    const inputs: Inputs = { code, migrations };
    if (fingerprint(this.state) !== fingerprint(inputs)) {
      if (!this.#upload(code, migrations)) return false;
      if (ending === "answer lost" && !this.#upload(code, migrations)) return false;
      this.state = inputs;
    }
    if (ending === "after the upload") return false;
    const after = this.script && {
      tag: this.script.tag,
      etag: this.script.etag,
      modifiedOn: this.script.modifiedOn,
    };
    this.outputs = { ...run, migrations, history: digests(history), live: after ?? {} };
    return true;
  }
}
