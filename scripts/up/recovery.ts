import * as z from "zod";
import type { PlannedStep, RunReport } from "./event-log.ts";

/** Cloudflare's answer codes that a run can be settled after; the texts around them may change. */
const CODES = {
  /** A KV namespace with that title exists: the answer to an earlier POST was lost. */
  titleTaken: 10014,
  /** A route with that pattern exists: likewise. */
  routeTaken: 10020,
  /** The script's migration tag is not the one that the upload expected. */
  migrationTag: 10079,
} as const;
const PRECONDITION_FAILED = 412;

const State = z.object({
  deployment: z.object({
    resources: z
      .array(
        z.object({
          urn: z.string(),
          type: z.string(),
          id: z.string().optional(),
          parent: z.string().optional(),
        }),
      )
      .nullish(),
    pending_operations: z
      .array(z.object({ type: z.string(), resource: z.object({ urn: z.string(), type: z.string() }) }))
      .nullish(),
  }),
});

export type PendingOperation = { urn: string; type: string; operation: string };
export type StackState = {
  resources: { urn: string; type: string; id?: string | undefined; parent?: string | undefined }[];
  pending: PendingOperation[];
};

/** Reads what `pulumi stack export` prints. */
export function readState(text: string): StackState {
  const { deployment } = State.parse(JSON.parse(text));
  return {
    resources: deployment.resources ?? [],
    pending: (deployment.pending_operations ?? []).map(({ type, resource }) => ({
      urn: resource.urn,
      type: resource.type,
      operation: type,
    })),
  };
}

/** What can be done about a failed run. */
export type Remedy = "again" | "adopt" | "none";

const names = (errors: readonly string[], code: number): boolean =>
  errors.some((text) => new RegExp(`\\b${code}\\b`).test(text));

/**
 * Decides what to do after a failed run: `again` when the script had moved on under us, which the program sees by
 * itself when it reads the live tag anew; `adopt` when something exists that the state does not know.
 */
export function remedyFor({ errors }: RunReport): Remedy {
  if (names(errors, CODES.titleTaken) || names(errors, CODES.routeTaken)) return "adopt";
  if (names(errors, CODES.migrationTag) || names(errors, PRECONDITION_FAILED)) return "again";
  return "none";
}

/**
 * The planned creations that may have happened without being recorded. A child can be imported only once its parent is
 * recorded; before that this stack cannot have created it.
 */
export const unrecorded = (creates: readonly PlannedStep[], recorded: ReadonlySet<string>): PlannedStep[] =>
  creates.filter(({ urn, parent }) => !recorded.has(urn) && (parent === undefined || recorded.has(parent)));
