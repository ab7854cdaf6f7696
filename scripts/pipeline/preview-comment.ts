import type { PlannedChange } from "./preview-events.ts";

/** One stack's preview, as the comment shows it. */
export type StackPreview = {
  stack: string;
  /** Why it was not looked at, on purpose: a fork has no secrets. */
  skipped?: string | undefined;
  changes: PlannedChange[];
  /** What becomes of each class's rooms. */
  lifecycle: string[];
  /** The program's words: settings that change, warnings. */
  words: string[];
  errors: string[];
  /** gzip of the bundle, and of the one that runs; in bytes. */
  bundle: { now: number; before?: number | undefined };
  /** Everything that the engine said. */
  log: string;
};

/** By which the comment is found again, so that there is one. */
export const COMMENT_MARK = "<!-- edge-chat: preview -->";
/** GitHub takes 65,536 characters; some room is left for what it adds itself. */
export const LONGEST_COMMENT = 60_000;
/** Longest log of one stack, in characters. */
const LONGEST_LOG = 12_000;
/** Changed resources of one stack that are listed. */
const MOST_CHANGES = 50;

const OPS = ["create", "update", "replace", "delete"] as const;
const isReplace = (op: string) => op.includes("replace");

function countOf(changes: readonly PlannedChange[], op: (typeof OPS)[number]): string {
  const count = changes.filter((change) =>
    op === "replace" ? change.op === "replace" : change.op === op,
  ).length;
  return count === 0 ? "–" : String(count);
}

const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

function bundleCell({ now, before }: StackPreview["bundle"]): string {
  if (before === undefined) return kib(now);
  const delta = now - before;
  return `${kib(now)} (${delta >= 0 ? "+" : "−"}${kib(Math.abs(delta))})`;
}

const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

/** The comment on a pull request: what each stack's next `up` would do, and why. */
export function previewComment(previews: readonly StackPreview[], runUrl?: string): string {
  const head = [
    COMMENT_MARK,
    "### Preview",
    "",
    "| stack | create | update | replace | delete | bundle, gzip |",
    "| --- | --- | --- | --- | --- | --- |",
    ...previews.map((preview) => {
      const state = preview.skipped ? "not looked at" : preview.errors.length > 0 ? "**fails**" : undefined;
      const counts = OPS.map((op) => (state ? "" : countOf(preview.changes, op)));
      const cells = [
        state ? `${preview.stack}: ${state}` : preview.stack,
        ...counts,
        bundleCell(preview.bundle),
      ];
      return `| ${cells.join(" | ")} |`;
    }),
  ];
  const where = runUrl ? `[the run](${runUrl})` : "the run";
  const tail = runUrl ? ["", `From ${where}.`] : [];
  const whole = [...head, ...previews.flatMap((preview) => section(preview, LONGEST_LOG)), ...tail].join(
    "\n",
  );
  if (whole.length <= LONGEST_COMMENT) return whole;
  const withoutLogs = [
    ...head,
    ...previews.flatMap((preview) => section(preview, 0)),
    "",
    `The logs are too long for a comment: see ${where}.`,
  ].join("\n");
  if (withoutLogs.length <= LONGEST_COMMENT) return withoutLogs;
  return `${withoutLogs.slice(0, LONGEST_COMMENT - 200)}\n\n…cut: see ${where}.`;
}

function section(preview: StackPreview, longestLog: number): string[] {
  const { stack, skipped, changes, lifecycle, words, errors, log } = preview;
  if (skipped) return ["", `**${stack}** was not looked at: ${skipped}`];
  const shown = changes.slice(0, MOST_CHANGES);
  const told = words.filter(
    (word) => !/^(live migration tag|class \S+:|no setting changes|no output changes)/.test(word),
  );
  return [
    "",
    `#### ${stack}`,
    ...lifecycle.map((line) => (/: DELETE/.test(line) ? `**⚠ ${line.trim()}**  ` : `${line.trim()}  `)),
    ...(errors.length > 0 ? ["", "```", ...errors, "```"] : []),
    ...(shown.length > 0
      ? [
          "",
          "| change | resource | why |",
          "| --- | --- | --- |",
          ...shown.map(({ op, name, kind, why }) => {
            const strong = op === "delete" || isReplace(op) ? `**${op}**` : op;
            return `| ${strong} | ${name} (${kind}) | ${cell(why.join(", ") || "–")} |`;
          }),
          ...(changes.length > shown.length ? ["", `…and ${changes.length - shown.length} more`] : []),
        ]
      : errors.length === 0
        ? ["", "Nothing changes."]
        : []),
    ...(told.length > 0 ? ["", ...told.map((word) => `- ${word}`)] : []),
    ...(longestLog > 0
      ? [
          "",
          "<details><summary>The engine's own words</summary>",
          "",
          "```",
          log.length > longestLog ? `…\n${log.slice(-longestLog)}` : log,
          "```",
          "</details>",
        ]
      : []),
  ];
}
