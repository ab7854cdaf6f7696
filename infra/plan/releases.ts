/**
 * Which code a stack runs: the bundle of the sources, or after a rollback the kept bundle of an earlier release. What was
 * rolled back stays back until the sources differ, so that neither a preview nor a repeated `up` brings it in again.
 */
import type { Problem } from "./problems.ts";

/** The version that a rollback wants, for the program: set by `npm run rollback`. */
export const ROLLBACK_VERSION = "EDGE_CHAT_ROLLBACK_VERSION";

/** The output that carries what the last run recorded, as JSON text; a secret, because its digests cover secrets. */
export const RECORD_OUTPUT = "lastDeployment";

/** A version that took all traffic. */
export interface Release {
  /** The bundle's sha-256. */
  readonly version: string;
  /** Migration tag under which it ran. */
  readonly migrationTag: string;
}

/** What the stack's outputs remember. */
export interface ReleaseRecord {
  /** Oldest first; the last one runs. */
  readonly releases: readonly Release[];
  /** Versions that a rollback left, and that do not run again by themselves. */
  readonly heldBack: readonly string[];
}

/** Enough to go back over a bad week; Cloudflare itself keeps the newest 100 versions. */
const KEPT_RELEASES = 20;
const SHORT = 12;
export const shortVersion = (version: string): string => version.slice(0, SHORT);

export interface VersionQuestion {
  /** The bundle of the sources. */
  readonly built: string;
  /** The version that `npm run rollback` asks for; undefined otherwise. */
  readonly asked: string | undefined;
  /** The newest migration tag of the sources. */
  readonly newestTag: string;
  readonly record: ReleaseRecord | undefined;
}

const runningOf = (record: ReleaseRecord | undefined): Release | undefined => record?.releases.at(-1);

/** The version to deploy. Sources with a new migration step differ from what was rolled back, whatever their bundle. */
export function versionToRun({ built, asked, newestTag, record }: VersionQuestion): string {
  if (asked !== undefined) return asked;
  const running = runningOf(record);
  const held = record?.heldBack.includes(built) && running?.migrationTag === newestTag;
  return held && running !== undefined ? running.version : built;
}

/** The record after the version to deploy took all traffic. */
export function recordAfter(question: VersionQuestion): ReleaseRecord {
  const { asked, newestTag, record } = question;
  const version = versionToRun(question);
  const { releases = [], heldBack = [] } = record ?? {};
  const running = runningOf(record);
  if (running?.version === version && running.migrationTag === newestTag) return { releases, heldBack };
  const held = asked === undefined || running === undefined ? [] : [...heldBack, running.version];
  return {
    releases: [...releases, { version, migrationTag: newestTag }].slice(-KEPT_RELEASES),
    heldBack: [...new Set(held)].filter((old) => old !== version).sort(),
  };
}

/** The release that a rollback without a version goes to: the newest one that neither runs nor was left by a rollback. */
export function releaseBefore({ releases, heldBack }: ReleaseRecord): Release | undefined {
  const running = releases.at(-1);
  return releases.findLast(({ version }) => version !== running?.version && !heldBack.includes(version));
}

export interface RollbackQuestion {
  readonly stack: string;
  readonly asked: string;
  readonly record: ReleaseRecord | undefined;
  /** The tag of the live script. */
  readonly liveTag: string | undefined;
  /** The newest tag of the history in the sources. */
  readonly newestTag: string | undefined;
}

/** Why a version may not come back: code never crosses a change of the classes that its rooms live in. */
export function rollbackProblems(question: RollbackQuestion): Problem[] {
  const { stack, asked, record, liveTag, newestTag } = question;
  const release = record?.releases.findLast(({ version }) => version === asked);
  if (release === undefined)
    return [
      {
        what: `version ${shortVersion(asked)} is not among the releases that stack ${stack} remembers`,
        fix: `Take one of the list: npm run rollback -- ${stack} --list`,
      },
    ];
  if (release.migrationTag !== liveTag)
    return [
      {
        what:
          `version ${shortVersion(asked)} ran under the migration tag ${release.migrationTag}, and the account is at ` +
          `${liveTag ?? "none"} since: its classes are not those that the rooms live in now`,
        fix: `Go forward instead: correct the code, then npm run up -- ${stack}`,
      },
    ];
  if (newestTag !== liveTag)
    return [
      {
        what: `the sources have migration steps up to ${newestTag ?? "none"} that have not run (live: ${liveTag}): a rollback would run them`,
        fix: `Check out the sources that are deployed (git checkout <commit>), or leave the newest steps out, and roll back then`,
      },
    ];
  return [];
}
