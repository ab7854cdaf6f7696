import { existsSync, readFileSync } from "node:fs";
import * as z from "zod";
import { eventsOf, withoutColours } from "../stack/engine-log.ts";

/** A resource that an operation is about to change, with its new inputs; secrets read "[secret]". */
export type PlannedStep = {
  op: string;
  urn: string;
  type: string;
  parent: string | undefined;
  inputs: Record<string, unknown>;
  /** Properties that differ. */
  changed: string[];
};
/** What one run of the engine did, as far as decisions need it. */
export type RunReport = {
  steps: PlannedStep[];
  /** Resource changes by kind, `same` left out. */
  changes: Record<string, number>;
  /** What the program says beside, colours removed. */
  words: string[];
  /** The texts of errors, colours removed. */
  errors: string[];
  /** Resources whose operation failed. */
  failed: PlannedStep[];
};

const Step = z
  .object({
    op: z.string(),
    urn: z.string(),
    type: z.string(),
    keys: z.array(z.string()).nullish(),
    diffs: z.array(z.string()).nullish(),
    new: z
      .object({ parent: z.string().optional(), inputs: z.record(z.string(), z.unknown()).nullish() })
      .nullish(),
  })
  .transform(
    ({ op, urn, type, keys, diffs, new: state }): PlannedStep => ({
      op,
      urn,
      type,
      parent: state?.parent || undefined,
      inputs: state?.inputs ?? {},
      changed: [...new Set([...(keys ?? []), ...(diffs ?? [])])],
    }),
  );
const EngineEvent = z.object({
  resourcePreEvent: z.object({ metadata: Step }).optional(),
  resOpFailedEvent: z.object({ metadata: Step }).optional(),
  diagnosticEvent: z.object({ severity: z.string(), message: z.string() }).optional(),
  summaryEvent: z.object({ resourceChanges: z.record(z.string(), z.number()).nullish() }).optional(),
});

/** Reads the engine's event log. */
export function readEvents(text: string): RunReport {
  const report: RunReport = { steps: [], changes: {}, words: [], errors: [], failed: [] };
  for (const logged of eventsOf(text)) {
    const event = EngineEvent.safeParse(logged).data;
    if (event === undefined) continue;
    const planned = event.resourcePreEvent?.metadata;
    if (planned && planned.op !== "same") report.steps.push(planned);
    if (event.resOpFailedEvent) report.failed.push(event.resOpFailedEvent.metadata);
    if (event.diagnosticEvent?.severity === "info")
      report.words.push(withoutColours(event.diagnosticEvent.message));
    if (event.diagnosticEvent?.severity === "error")
      report.errors.push(withoutColours(event.diagnosticEvent.message));
    for (const [kind, count] of Object.entries(event.summaryEvent?.resourceChanges ?? {}))
      if (kind !== "same" && count > 0) report.changes[kind] = count;
  }
  return report;
}

export const readEventLog = (file: string): RunReport =>
  readEvents(existsSync(file) ? readFileSync(file, "utf8") : "");
