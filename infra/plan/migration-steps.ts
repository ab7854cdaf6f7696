/** Durable Object migrations as data: what a step says, what it does to classes, how steps look to the provider. */

/** One step of the history. Tags are compared by Cloudflare; a step that ran once may never change. */
export interface MigrationStep {
  readonly tag: string;
  readonly newSqliteClasses?: readonly string[];
  readonly renamedClasses?: readonly { readonly from: string; readonly to: string }[];
  /** The rooms of these classes are deleted for ever. */
  readonly deletedClasses?: readonly string[];
}

/** A step as the outputs keep it: enough to notice that it was edited. */
export interface StepDigest {
  readonly tag: string;
  /** Hex, of the step's canonical JSON. */
  readonly sha256: string;
}

type StepBody = Omit<MigrationStep, "tag">;

/** The provider's `migrations` input. */
export interface Migrations extends StepBody {
  readonly oldTag?: string;
  readonly newTag: string;
  readonly steps?: readonly StepBody[];
}

/** What happens to the data of a class. `was` is its name in the live script. */
export type ClassFate =
  | { readonly fate: "keep" | "create" | "delete"; readonly name: string }
  | { readonly fate: "rename"; readonly name: string; readonly was: string };

/** Classes by today's name, each with the name it has in the live script (undefined: new). */
type Origins = Map<string, string | undefined>;

export interface Walk {
  readonly classes: Origins;
  /** Live classes whose data the steps delete, by the name that the deleting step uses. */
  readonly deleted: readonly { readonly name: string; readonly was: string }[];
  /** Steps that contradict what came before them, in words. */
  readonly contradictions: readonly string[];
}

/** Runs steps over the classes of the live script. */
export function walk(steps: readonly MigrationStep[], live: readonly string[]): Walk {
  const classes: Origins = new Map(live.map((name) => [name, name]));
  const deleted: { name: string; was: string }[] = [];
  const contradictions: string[] = [];
  const take = (tag: string, name: string, doing: string): { was: string | undefined } | undefined => {
    if (!classes.has(name)) {
      contradictions.push(`step ${tag} ${doing} ${name}, which does not exist at that point`);
      return undefined;
    }
    const was = classes.get(name);
    classes.delete(name);
    return { was };
  };
  const put = (tag: string, name: string, was: string | undefined): void => {
    if (classes.has(name)) contradictions.push(`step ${tag} makes ${name} a second time`);
    classes.set(name, was);
  };
  for (const { tag, newSqliteClasses = [], renamedClasses = [], deletedClasses = [] } of steps) {
    for (const name of deletedClasses) {
      const taken = take(tag, name, "deletes");
      if (taken?.was !== undefined) deleted.push({ name, was: taken.was });
    }
    for (const { from, to } of renamedClasses) {
      const taken = take(tag, from, "renames");
      if (taken) put(tag, to, taken.was);
    }
    for (const name of newSqliteClasses) put(tag, name, undefined);
  }
  return { classes, deleted, contradictions };
}

/** Names of the classes that exist after the steps. */
export const classesAfter = (steps: readonly MigrationStep[]): string[] => [
  ...walk(steps, []).classes.keys(),
];

const body = ({ tag: _, ...rest }: MigrationStep): StepBody => rest;

/** The input that sends these steps, all of them and once, to a script whose live tag is `oldTag`. */
export function sendSteps(
  pending: readonly MigrationStep[],
  oldTag: string | undefined,
): Migrations | undefined {
  const last = pending.at(-1);
  if (last === undefined) return undefined;
  const tags = { ...(oldTag === undefined ? {} : { oldTag }), newTag: last.tag };
  return pending.length === 1 ? { ...tags, ...body(last) } : { ...tags, steps: pending.map(body) };
}
