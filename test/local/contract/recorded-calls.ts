/**
 * What the official provider sent, step by step, and what it was answered then: read from the fixtures, one JSON
 * object a line. Between steps stand changes that a person made by hand.
 */
import { readFileSync } from "node:fs";
import { z } from "zod";

const partSchema = z.object({
  name: z.string(),
  filename: z.string().optional(),
  contentType: z.string().optional(),
  text: z.string().optional(),
  json: z.unknown().optional(),
});
const lineSchema = z.union([
  z.strictObject({ recording: z.string(), promise: z.string() }),
  z.strictObject({
    byHand: z.string(),
    path: z.string(),
    body: z.unknown().optional(),
    parts: z.array(partSchema).optional(),
    /** The recorded id that the new thing stands for. */
    as: z.string().optional(),
  }),
  z.strictObject({
    method: z.string(),
    path: z.string(),
    /** Another token than the account's; empty: none. */
    token: z.string().optional(),
    body: z.unknown().optional(),
    parts: z.array(partSchema).optional(),
    status: z.number(),
    response: z.unknown().optional(),
    text: z.string().optional(),
  }),
]);

export type RecordedPart = z.infer<typeof partSchema>;
type Line = z.infer<typeof lineSchema>;
export type RecordedCall = Extract<Line, { method: string }>;
export type ByHand = Extract<Line, { byHand: string }>;

export interface Step {
  readonly recording: string;
  readonly promise: string;
  readonly calls: (RecordedCall | ByHand)[];
}

export function recordedSteps(fixture: string): Step[] {
  const steps: Step[] = [];
  let before: ByHand[] = [];
  const text = readFileSync(new URL(`./fixtures/${fixture}.jsonl`, import.meta.url), "utf8");
  for (const line of text.trimEnd().split("\n")) {
    const parsed = lineSchema.parse(JSON.parse(line));
    if ("recording" in parsed) {
      steps.push({ ...parsed, calls: before });
      before = [];
    } else if ("byHand" in parsed) before.push(parsed);
    else steps.at(-1)?.calls.push(parsed);
  }
  return steps;
}
