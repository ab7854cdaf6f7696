import * as z from "zod";
import { eventsOf, withoutColours } from "../stack/engine-log.ts";

/** A resource that the next `up` changes. */
export type PlannedChange = {
  op: string;
  /** Logical name. */
  name: string;
  /** `WorkersScript`, without its package. */
  kind: string;
  /** Properties that differ, or lead to a replacement. */
  why: string[];
};

const Metadata = z.object({
  op: z.string(),
  urn: z.string(),
  type: z.string(),
  keys: z.array(z.string()).nullish(),
  diffs: z.array(z.string()).nullish(),
});
const EngineEvent = z.object({
  resourcePreEvent: z.object({ metadata: Metadata }).optional(),
  diagnosticEvent: z.object({ severity: z.string(), message: z.string() }).optional(),
  policyEvent: z
    .object({ policyName: z.string(), message: z.string(), enforcementLevel: z.string() })
    .optional(),
});

/** What an event log of a preview says to people: changed resources, the program's own words, errors. */
export function readPreview(log: string): { changes: PlannedChange[]; words: string[]; errors: string[] } {
  const changes: PlannedChange[] = [];
  const words: string[] = [];
  const errors: string[] = [];
  for (const logged of eventsOf(log)) {
    const event = EngineEvent.safeParse(logged).data;
    const step = event?.resourcePreEvent?.metadata;
    // Resources without a provider, such as the stack and its component, change nothing by themselves.
    if (step && step.op !== "same" && step.type.startsWith("cloudflare:"))
      changes.push({
        op: step.op,
        name: step.urn.split("::").at(-1) ?? step.urn,
        kind: step.type.split(":").at(-1) ?? step.type,
        why: [...new Set([...(step.keys ?? []), ...(step.diffs ?? [])])].sort(),
      });
    const policy = event?.policyEvent;
    if (policy)
      (policy.enforcementLevel === "mandatory" ? errors : words).push(
        `policy ${policy.policyName}: ${withoutColours(policy.message).replaceAll("\n", " ")}`,
      );
    const diagnostic = event?.diagnosticEvent;
    if (diagnostic === undefined) continue;
    const text = withoutColours(diagnostic.message);
    if (diagnostic.severity === "error") errors.push(text);
    else if (diagnostic.severity === "info" || diagnostic.severity === "warning")
      words.push(...text.split("\n"));
  }
  return { changes, words: words.filter((word) => word.trim() !== ""), errors };
}
