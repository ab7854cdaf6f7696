import { examine } from "../drift/examine.ts";
import { openStack } from "../stack/open-stack.ts";

export const DRIFT_MARK = "<!-- edge-chat: drift -->";
/** GitHub takes 65,536 characters. */
const LONGEST_ISSUE = 60_000;

/** Looks at each stack. @returns all lines, and the issue's text when something drifted or could not be read. */
export async function driftOf(
  stacks: readonly string[],
): Promise<{ lines: string[]; issue: string | undefined }> {
  const lines: string[] = [];
  let drifted = false;
  for (const stack of stacks) {
    try {
      const report = await examine(await openStack(stack, { stack: true, provider: true }));
      lines.push(...report.lines);
      drifted ||= report.drifted;
    } catch (error) {
      lines.push(`Stack "${stack}" cannot be read: ${error instanceof Error ? error.message : error}`);
      drifted = true;
    }
  }
  const text = [DRIFT_MARK, "```", ...lines, "```"].join("\n");
  return { lines, issue: drifted ? text.slice(0, LONGEST_ISSUE) : undefined };
}
