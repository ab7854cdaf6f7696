/** What a check found. `note` is nothing to mend, but to know. */
export type Finding = { is: "right" | "wrong" | "note"; what: string; fix?: string | undefined };

const SIGN = { right: "✓", wrong: "✗", note: "–" } as const;

export const findingLines = (findings: readonly Finding[]): string[] =>
  findings.flatMap(({ is, what, fix }) => [`${SIGN[is]} ${what}`, ...(fix ? [`  ${fix}`] : [])]);

export const right = (what: string): Finding => ({ is: "right", what });
export const wrong = (what: string, fix?: string): Finding => ({ is: "wrong", what, fix });
export const note = (what: string, fix?: string): Finding => ({ is: "note", what, fix });
