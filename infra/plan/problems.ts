/** Why a plan may not be carried out. All of a run's problems are shown at once, before anything is touched. */
export interface Problem {
  /** Which thing, which value, and what is allowed. */
  readonly what: string;
  /** The command or edit that corrects it. */
  readonly fix: string;
}

/** The problems as the lines of one error message. */
export function problemLines(title: string, problems: readonly Problem[]): string[] {
  return [title, ...problems.flatMap(({ what, fix }) => [`  - ${what}`, `    ${fix}`])];
}
