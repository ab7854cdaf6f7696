/**
 * Which migration steps to send. Cloudflare refuses a step that it ran before (10079), and the provider sends whatever
 * stands in the inputs with every upload; so the plan starts from the tag that the live script has.
 */
import { classMismatches, editedHistory, unsoundHistory } from "./history-checks.ts";
import {
  type ClassFate,
  classesAfter,
  type MigrationStep,
  type Migrations,
  type StepDigest,
  sendSteps,
  walk,
} from "./migration-steps.ts";
import { foreignScript, type Owner, ownerOf, type ScriptPlace, type StackMemory } from "./ownership.ts";
import type { Problem } from "./problems.ts";

/** The script as the account has it. */
export interface LiveScript {
  /** Undefined: no migration ever ran. */
  readonly tag?: string | undefined;
  readonly etag?: string | undefined;
  readonly modifiedOn?: string | undefined;
}

/** What the last finished `up` recorded in the stack's outputs. */
export interface LastDeployment extends ScriptPlace {
  readonly history: readonly StepDigest[];
  /** Version of the provider that planned it. */
  readonly providerVersion: string;
  /** Digest of every input of the script, secrets too, except `kvNamespaceId` and `migrations`. */
  readonly fingerprint: string;
  readonly kvNamespaceId: string;
  /** The `migrations` input as it stands in the state since then. */
  readonly migrations?: Migrations | undefined;
  /** The script as the account had it at the end. */
  readonly live: LiveScript;
}

/** What the fate of the classes follows from. */
export interface Whereabouts extends ScriptPlace {
  readonly history: readonly MigrationStep[];
  /** Undefined: the account has no script of that name. */
  readonly live: LiveScript | undefined;
  readonly last: (ScriptPlace & { readonly live: LiveScript }) | undefined;
}

export interface Situation extends Whereabouts {
  readonly stack: string;
  readonly digests: readonly StepDigest[];
  /** Durable Object classes that the script binds. */
  readonly bound: readonly string[];
  /** Names that the bundle exports. */
  readonly exported: readonly string[];
  readonly last: LastDeployment | undefined;
  readonly memory: StackMemory;
  /** Consent to take over a script that this stack's state does not know. */
  readonly adoptScript?: string | undefined;
  readonly allowDeletedClasses: readonly string[];
  /** Consent to make this script anew although the outputs say it exists. */
  readonly recreateScript?: string | undefined;
  /** The live tag that a preview showed (`none` for none); undefined when nothing was promised. */
  readonly previewedTag?: string | undefined;
}

export interface MigrationPlan {
  readonly problems: readonly Problem[];
  /** The input that sends the pending steps; undefined when none is pending. */
  readonly migrations: Migrations | undefined;
  readonly fates: readonly ClassFate[];
}

/** How a live tag is written where there may be none. */
export const tagWord = (live: LiveScript | undefined): string => live?.tag ?? "none";

const config = (command: string, stack: string): string => `npm run pulumi -- ${command} --stack ${stack}`;

/** The deployment whose script this run would go on with: same account, same name. */
const continued = <Last extends ScriptPlace>({
  last,
  accountId,
  scriptName,
}: ScriptPlace & { readonly last: Last | undefined }): Last | undefined =>
  last?.accountId === accountId && last.scriptName === scriptName ? last : undefined;

function liveProblems(now: Situation): Problem[] {
  const { live, scriptName, stack, history } = now;
  const last = continued(now);
  if (live === undefined) {
    if (last === undefined || now.recreateScript === scriptName) return [];
    return [
      {
        what: `script ${scriptName} was deployed by this stack, but account ${now.accountId} does not have it any more: its rooms are gone`,
        fix:
          `If accountId and token are right, make it anew with empty rooms: ` +
          `${config(`config set recreateScript ${scriptName}`, stack)} && ${config("up --refresh", stack)}`,
      },
    ];
  }
  const question = { ...now, live, knownTags: history.map(({ tag }) => tag) };
  const owner = ownerOf(question);
  if (owner === "foreign") return [foreignScript(question, stack)];
  if (isKnown(live, history, owner)) return [];
  return [
    {
      what:
        `script ${scriptName} has the migration tag ${tagWord(live)}, which this program does not know ` +
        `(known: ${history.map(({ tag }) => tag).join(", ")})`,
      fix:
        owner === "agreed"
          ? `Begin infra/migration-history.ts with the steps that ${scriptName} has run, under their own tags; ours follow.`
          : `Deploy from the sources that have this step (git pull), or find out who else deploys ${scriptName}.`,
    },
  ];
}

/** Whether the history can go on from the live tag. A script without one can only be taken over: all steps follow. */
const isKnown = (live: LiveScript, history: readonly MigrationStep[], owner: Owner): boolean =>
  history.some(({ tag }) => tag === live.tag) || (live.tag === undefined && owner === "agreed");

/** Classes whose rooms go because the script is left behind for another name or account. */
function leftBehind(now: Whereabouts): string[] {
  const { last, history } = now;
  if (last === undefined || continued(now) !== undefined) return [];
  return classesAfter(history.slice(0, history.findIndex(({ tag }) => tag === last.live.tag) + 1));
}

function consentProblems(
  now: Situation,
  deleted: readonly { readonly name: string }[],
  left: readonly string[],
): Problem[] {
  const needed = [
    ...deleted.map(({ name }) => ({ name, why: "a migration step deletes it" })),
    ...left.map((name) => ({
      name,
      why: `script ${now.last?.scriptName} of account ${now.last?.accountId} is replaced by ${now.scriptName} of ${now.accountId}`,
    })),
  ].filter(({ name }) => !now.allowDeletedClasses.includes(name));
  const index = now.allowDeletedClasses.length;
  return needed.map(({ name, why }, offset) => ({
    what: `every room of class ${name} would be deleted for ever: ${why}`,
    fix: `If that is meant: ${config(`config set --path 'allowDeletedClasses[${index + offset}]' ${name}`, now.stack)}`,
  }));
}

function previewProblems({ previewedTag, live, stack }: Situation): Problem[] {
  if (previewedTag === undefined || previewedTag === tagWord(live)) return [];
  return [
    {
      what: `the live migration tag is ${tagWord(live)}, but the preview saw ${previewedTag}: somebody deployed in between`,
      fix: `Look at the new plan: npm run preview -- ${stack}`,
    },
  ];
}

/** Where the live script stands in the history, and what a run makes of it. */
function journey(now: Whereabouts) {
  const at = now.history.findIndex(({ tag }) => tag === now.live?.tag);
  const pending = now.history.slice(at + 1);
  const liveClasses = classesAfter(now.history.slice(0, at + 1));
  return { pending, ...walk(pending, liveClasses), left: leftBehind(now) };
}

/** What becomes of each class's rooms: the lost ones first. */
export function classFates(now: Whereabouts): ClassFate[] {
  const { classes, deleted, left } = journey(now);
  return [
    ...left.map((name) => ({ fate: "delete" as const, name })),
    ...deleted.map(({ was }) => ({ fate: "delete" as const, name: was })),
    ...[...classes].map(([name, was]): ClassFate => {
      if (was === undefined) return { fate: "create", name };
      return was === name ? { fate: "keep", name } : { fate: "rename", name, was };
    }),
  ];
}

/** What becomes of each class, and which steps go to Cloudflare; or why nothing may be touched. */
export function planMigrations(now: Situation): MigrationPlan {
  const { pending, deleted, left } = journey(now);
  const ran = continued(now)?.history ?? [];
  return {
    problems: [
      ...unsoundHistory(now.history),
      ...classMismatches(now.history, now.bound, now.exported),
      ...editedHistory(now.digests, ran),
      ...liveProblems(now),
      ...consentProblems(now, deleted, left),
      ...previewProblems(now),
    ],
    migrations: sendSteps(pending, now.live?.tag),
    fates: classFates(now),
  };
}

/** What must be equal for an input of the last run to be repeated without an upload. */
export type Unchanged = Pick<
  LastDeployment,
  "accountId" | "scriptName" | "providerVersion" | "fingerprint" | "kvNamespaceId" | "live"
>;

/**
 * The `migrations` input of a run that has no step to send. Repeating the last one keeps the script unchanged, and is only
 * safe when nothing else would make the provider upload it: every doubt leaves it out, which costs one upload at most.
 * `modifiedOn` tells an upload of a run that then failed, which the outputs know nothing of.
 */
export function migrationsToRepeat(last: LastDeployment | undefined, now: Unchanged): Migrations | undefined {
  if (last === undefined || now.live.etag === undefined) return undefined;
  const same =
    last.accountId === now.accountId &&
    last.scriptName === now.scriptName &&
    last.providerVersion === now.providerVersion &&
    last.fingerprint === now.fingerprint &&
    last.kvNamespaceId === now.kvNamespaceId &&
    last.live.tag === now.live.tag &&
    last.live.etag === now.live.etag &&
    last.live.modifiedOn === now.live.modifiedOn;
  return same ? last.migrations : undefined;
}
