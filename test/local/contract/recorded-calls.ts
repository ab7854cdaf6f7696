/**
 * What the official provider sent, step by step, and what it was answered then: read from the fixtures, one JSON
 * object a line. Between steps stand changes that a person made by hand.
 */
import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";

const partSchema = z.object({
  name: z.string(),
  filename: z.string().optional(),
  contentType: z.string().optional(),
  text: z.string().optional(),
  json: z.unknown().optional(),
});
const lineSchema = z.union([
  z.strictObject({
    recording: z.string(),
    promise: z.string(),
    /** What is not compared, by its place (`result.placement`, `status`), and why: some answers were odd on purpose. */
    except: z.record(z.string(), z.string()).optional(),
  }),
  /** Another program begins: whatever the account has is deleted first. */
  z.strictObject({ startsOver: z.literal(true) }),
  /** Ids of things made without a recording: they stand for those of earlier recordings, id by id. */
  z.strictObject({ alias: z.record(z.string(), z.string()) }),
  /** The same call with the same answer as the one of that number in this fixture. */
  z.strictObject({ again: z.number() }),
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
    headers: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
    parts: z.array(partSchema).optional(),
    /** How the recording's API failed on purpose; the local account is asked to do the same. */
    fault: z.enum(["answer", "connection reset", "applied, then connection reset"]).optional(),
    /** Missing when the connection was cut. */
    status: z.number().optional(),
    response: z.unknown().optional(),
    text: z.string().optional(),
    responseHeaders: z.record(z.string(), z.string()).optional(),
  }),
]);

export type RecordedPart = z.infer<typeof partSchema>;
type Line = z.infer<typeof lineSchema>;
export type RecordedCall = Extract<Line, { method: string }>;
export type ByHand = Extract<Line, { byHand: string }>;
export type Between = ByHand | Extract<Line, { startsOver: true }> | Extract<Line, { alias: object }>;

export interface Step {
  readonly recording: string;
  readonly promise: string;
  readonly except: Readonly<Record<string, string>>;
  readonly before: readonly Between[];
  readonly calls: RecordedCall[];
}

const FOLDER = new URL("./fixtures/", import.meta.url);

export const fixtures = (): string[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith(".jsonl"))
    .map((file) => file.replace(".jsonl", ""));

export function recordedSteps(fixture: string): Step[] {
  const steps: Step[] = [];
  const recorded: RecordedCall[] = [];
  let before: Between[] = [];
  const text = readFileSync(new URL(`${fixture}.jsonl`, FOLDER), "utf8");
  for (const line of text.trimEnd().split("\n")) {
    const parsed = lineSchema.parse(JSON.parse(line));
    if ("recording" in parsed) {
      steps.push({ ...parsed, except: parsed.except ?? {}, before, calls: [] });
      before = [];
    } else if ("again" in parsed || "method" in parsed) {
      const call = "again" in parsed ? recorded[parsed.again] : parsed;
      if (call === undefined) throw new Error(`${fixture}: ${line} names no call before it`);
      recorded.push(call);
      steps.at(-1)?.calls.push(call);
    } else before.push(parsed);
  }
  return steps;
}

const manifestSchema = z.record(z.string(), z.number());

/** How many requests each of all the recordings holds. */
export const recordedRequests = (): Readonly<Record<string, number>> =>
  manifestSchema.parse(JSON.parse(readFileSync(new URL("recordings.json", FOLDER), "utf8")));
