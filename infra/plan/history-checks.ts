/** Is the migration history sound in itself, does it fit the code, and is it the one that the stack ran? */
import { classesAfter, type MigrationStep, type StepDigest, walk } from "./migration-steps.ts";
import type { Problem } from "./problems.ts";

const HISTORY_FILE = "infra/migration-history.ts";
const list = (names: readonly string[]): string => (names.length === 0 ? "none" : names.join(", "));

/** Classes that a step names more than once: Cloudflare does not say in which order it would do them. */
function namedTwice({
  newSqliteClasses = [],
  renamedClasses = [],
  deletedClasses = [],
}: MigrationStep): string[] {
  const names = [
    ...newSqliteClasses,
    ...renamedClasses.flatMap(({ from, to }) => [from, to]),
    ...deletedClasses,
  ];
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

/** Contradictions inside the history: repeated tags, classes used before they exist or made twice. */
export function unsoundHistory(history: readonly MigrationStep[]): Problem[] {
  const fix = `Correct the newest step in ${HISTORY_FILE}; steps that have run must stay as they are.`;
  const tags = history.map(({ tag }) => tag);
  const repeated = [...new Set(tags.filter((tag, index) => tags.indexOf(tag) !== index))];
  const { contradictions } = walk(history, []);
  return [
    ...repeated.map((tag) => ({ what: `the migration history uses the tag ${tag} twice`, fix })),
    ...(tags.includes("") ? [{ what: "the migration history has a step with an empty tag", fix }] : []),
    ...history.flatMap((step) =>
      namedTwice(step).map((name) => ({
        what: `migration step ${step.tag} names class ${name} more than once`,
        fix: `Make two steps of it in ${HISTORY_FILE}.`,
      })),
    ),
    ...contradictions.map((what) => ({ what: `the migration history contradicts itself: ${what}`, fix })),
  ];
}

/** Classes that code, bindings and history do not agree on. Cloudflare would refuse the upload (10061, 10070). */
export function classMismatches(
  history: readonly MigrationStep[],
  bound: readonly string[],
  exported: readonly string[],
): Problem[] {
  const made = classesAfter(history);
  return [
    ...bound
      .filter((name) => !exported.includes(name))
      .map((name) => ({
        what: `class ${name} is bound, but the Worker does not export it (exported: ${list(exported)})`,
        fix: `Export it from worker/index.ts, or take its binding out of worker/bindings.ts.`,
      })),
    ...bound
      .filter((name) => !made.includes(name))
      .map((name) => ({
        what: `class ${name} is bound, but no migration makes it (made: ${list(made)})`,
        fix: `Append a step with newSqliteClasses: ["${name}"] to ${HISTORY_FILE}.`,
      })),
    ...made
      .filter((name) => !bound.includes(name) && !exported.includes(name))
      .map((name) => ({
        what: `class ${name} exists after the last migration, but the Worker does not export it`,
        fix: `Export it from worker/index.ts, or append a step to ${HISTORY_FILE} that renames or deletes it.`,
      })),
  ];
}

/** Steps that the stack has run and that this history changed, moved or lost. */
export function editedHistory(now: readonly StepDigest[], ran: readonly StepDigest[]): Problem[] {
  return ran.flatMap((step, index) => {
    const here = now[index];
    if (here?.tag === step.tag && here.sha256 === step.sha256) return [];
    const how =
      here === undefined
        ? "is missing"
        : here.tag === step.tag
          ? "was edited"
          : `stands where ${here.tag} is now`;
    return [
      {
        what: `migration step ${step.tag}, which this stack has run, ${how} in ${HISTORY_FILE}`,
        fix: `Restore it (git log -p -- ${HISTORY_FILE}) and append what should change as a new step.`,
      },
    ];
  });
}
