/** The project names no machine and no registry: it must read and install the same everywhere. */

const FOREIGN: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  { what: "an absolute path of a machine", pattern: /(?<![\w.~])\/(home|root|Users|work)\/[\w.-]+\// },
  { what: "a package registry's host", pattern: /registry\.npmjs\.org|proxy\.golang\.org/ },
  { what: "a focused or skipped test", pattern: /\b(it|test|describe)\.(only|skip|todo|skipIf|runIf)\b/ },
];

/** Lines for what does not belong. This file names them in order to forbid them. */
export function foreignWords(file: string, source: string): string[] {
  if (file.startsWith("scripts/checks/") || file.startsWith("test/scripts/checks/")) return [];
  return source
    .split("\n")
    .flatMap((line, index) =>
      FOREIGN.filter(({ pattern }) => pattern.test(line)).map(({ what }) => `${file}:${index + 1}: ${what}`),
    );
}
