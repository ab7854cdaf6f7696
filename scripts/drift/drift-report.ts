import type { Change, Noise } from "./account-changes.ts";

/** Longest value that is shown, in characters. */
const LONGEST_VALUE = 200;

/** What the account has that the stack does not know of, in words. */
export type DriftReport = { drifted: boolean; lines: string[] };

const value = (given: unknown): string => {
  const text = given === undefined ? "not set" : JSON.stringify(given);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
};

/**
 * The report.
 *
 * @param seen what a refresh sees, and `unseen` what it does not.
 */
export function driftReport(
  stack: string,
  { changes, noise }: { changes: readonly Change[]; noise: readonly Noise[] },
  unseen: readonly string[],
): DriftReport {
  const ignored = noise.map(
    ({ resource, property, because }) => `  ignored: ${resource}, ${property} (${because})`,
  );
  if (changes.length === 0 && unseen.length === 0)
    return { drifted: false, lines: [`Stack "${stack}" is as its last up left it.`, ...ignored] };
  return {
    drifted: true,
    lines: [
      `Stack "${stack}" is not as its last up left it:`,
      ...changes.flatMap(({ resource, what, properties }) => [
        `  ${resource}: ${what}`,
        ...properties.map(({ name, before, after }) => `    ${name}: ${value(before)} → ${value(after)}`),
      ]),
      ...unseen.map((line) => `  ${line}`),
      ...ignored,
      ...(changes.length > 0 ? [`To put it back as the program says: npm run up -- ${stack} --refresh`] : []),
      ...(unseen.length > 0
        ? [
            "A refresh does not see what is said of bindings, tag and traffic: bindings are put right by the next upload " +
              `(any change of code or settings); traffic: npm run rollback -- ${stack} --abort`,
          ]
        : []),
      "To keep it: write it into the stack's settings, or into the program.",
    ],
  };
}
