/**
 * The programs whose runs were recorded. Many were run to see what other answers do, and send the same from an empty
 * account on: what they send is sent here once, and its answer compared with each recorded one.
 */
import type { RecordedCall, Step } from "./recorded-calls.ts";

/** The recordings of one program, which begins with an empty account. */
export type Program = readonly Step[];

export function programsOf(steps: readonly Step[]): Program[] {
  const programs: Step[][] = [];
  for (const step of steps)
    if (programs.length === 0 || step.before.some((item) => "startsOver" in item)) programs.push([step]);
    else programs.at(-1)?.push(step);
  return programs;
}

/** A call without the ids in it, which are new in each run. */
export const kindOf = ({ method, path, body, parts, token, headers, fault }: RecordedCall): string =>
  JSON.stringify([method, path, body, parts, token, headers, fault]).replaceAll(
    /\b(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/g,
    "#",
  );

const kindsOf = ({ calls }: Step): string => calls.map(kindOf).sort().join("\n");

/** Sends `program` no more than the beginning of `other`, though perhaps in another order within a run? */
export const isBeginningOf = (program: Program, other: Program): boolean =>
  [...program, ...other].every(({ before }) => before.every((item) => "startsOver" in item)) &&
  program.every((step, index) => {
    const same = other[index];
    return same !== undefined && kindsOf(step) === kindsOf(same);
  });
