import * as z from "zod";
import { eventsOf } from "../stack/engine-log.ts";
import { ignoredAs } from "./known-noise.ts";

/** Something in the account that is not as the stack's state remembers it. */
export type Change = {
  /** Logical name, such as `chat-script`. */
  resource: string;
  what: "gone" | "changed";
  properties: PropertyChange[];
};
export type PropertyChange = { name: string; before: unknown; after: unknown };
/** A difference that means nothing, and who said so. */
export type Noise = { resource: string; property: string; because: string };

const Bag = z.record(z.string(), z.unknown());
const Step = z.object({
  op: z.string(),
  urn: z.string(),
  type: z.string(),
  old: z.object({ outputs: Bag.nullish() }).nullish(),
  new: z.object({ outputs: Bag.nullish() }).nullish(),
});
const RefreshEvent = z.object({ resOutputsEvent: z.object({ metadata: Step }) });

const logicalName = (urn: string): string => urn.split("::").at(-1) ?? urn;

/** Reads the event log of `pulumi refresh --preview-only`. */
export function readRefresh(log: string): { changes: Change[]; noise: Noise[] } {
  const changes: Change[] = [];
  const noise: Noise[] = [];
  for (const logged of eventsOf(log)) {
    const step = RefreshEvent.safeParse(logged).data?.resOutputsEvent.metadata;
    if (step === undefined || !["update", "delete"].includes(step.op)) continue;
    const resource = logicalName(step.urn);
    if (step.op === "delete") {
      changes.push({ resource, what: "gone", properties: [] });
      continue;
    }
    const properties: PropertyChange[] = [];
    for (const change of differences(step.old?.outputs ?? {}, step.new?.outputs ?? {})) {
      const because = ignoredAs(step.type, change.name);
      if (because === undefined) properties.push(change);
      else noise.push({ resource, property: change.name, because });
    }
    if (properties.length > 0) changes.push({ resource, what: "changed", properties });
  }
  return { changes, noise };
}

/** Top-level properties that differ; secrets read the same on both sides, and so never do. */
function differences(before: Record<string, unknown>, after: Record<string, unknown>): PropertyChange[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => ({ name, before: before[name], after: after[name] }));
}
