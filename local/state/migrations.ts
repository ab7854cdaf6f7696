/**
 * Durable Object migrations as Cloudflare enforces them. Pure: the new id of a namespace comes in as a function.
 * Precondition first, then the steps in order, then the whole of the new version: bound, exported and depended-on
 * classes must agree.
 */
import { z } from "zod";
import {
  bindingClassNotExported,
  classAlreadyInUse,
  classNotConfigured,
  classUnknown,
  deletedClassStillBound,
  dependedClassNotExported,
  migratedClassNotExported,
  migrationTagMismatch,
  transferredClassUnknown,
} from "../cloudflare-errors.ts";
import type { ObjectNamespace, OwnedNamespace } from "./object-namespaces.ts";

const classes = z.array(z.string().min(1)).nullish();

const stepSchema = z.object({
  new_classes: classes,
  new_sqlite_classes: classes,
  renamed_classes: z.array(z.object({ from: z.string(), to: z.string() })).nullish(),
  deleted_classes: classes,
  transferred_classes: z
    .array(z.object({ from: z.string(), from_script: z.string(), to: z.string() }))
    .nullish(),
});
type Step = z.infer<typeof stepSchema>;

/** One step (the official provider) or several (`steps`, wrangler), between two tags. */
export const migrationsSchema = stepSchema.extend({
  old_tag: z.string().nullish(),
  new_tag: z.string().nullish(),
  steps: z.array(stepSchema).nullish(),
});
export type Migrations = z.infer<typeof migrationsSchema>;

export interface MigrationInput {
  readonly tag: string | undefined;
  readonly namespaces: readonly ObjectNamespace[];
  /** Of other scripts, from which a class may be transferred. */
  readonly others: readonly OwnedNamespace[];
  readonly request: Migrations | undefined;
  readonly exportedClasses: readonly string[];
  /** Classes of this same script that the new version binds. */
  readonly boundClasses: readonly string[];
  readonly newId: () => string;
}

export interface MigrationPlan {
  readonly tag: string | undefined;
  readonly namespaces: readonly ObjectNamespace[];
  /** Namespaces whose data goes. */
  readonly deleted: readonly ObjectNamespace[];
  /** Namespaces that were another script's until now. */
  readonly transferred: readonly OwnedNamespace[];
}

/** The script's namespaces while the steps are applied. */
interface Progress {
  readonly live: Map<string, ObjectNamespace>;
  readonly deleted: ObjectNamespace[];
  readonly transferred: OwnedNamespace[];
  /** The last verb that made a class, by class. */
  readonly touched: Map<string, string>;
}

/** What the upload does to the script's namespaces. Throws the `CloudflareError` that Cloudflare would answer. */
export function planMigration(input: MigrationInput): MigrationPlan {
  const { request } = input;
  if (request !== undefined) {
    const got = request.old_tag ?? "";
    const expected = input.tag ?? "";
    if (got !== expected) throw migrationTagMismatch(got, expected);
  }
  const progress: Progress = {
    live: new Map(input.namespaces.map((namespace) => [namespace.className, namespace])),
    deleted: [],
    transferred: [],
    touched: new Map(),
  };
  for (const step of stepsOf(request)) applyStep(step, progress, input);
  checkVersion(input, progress);
  const { live, deleted, transferred } = progress;
  return { tag: request?.new_tag ?? input.tag, namespaces: [...live.values()], deleted, transferred };
}

function stepsOf(request: Migrations | undefined): readonly Step[] {
  if (request === undefined) return [];
  return request.steps && request.steps.length > 0 ? request.steps : [request];
}

function applyStep(step: Step, progress: Progress, { newId, others }: MigrationInput): void {
  const { live, deleted, transferred, touched } = progress;
  const create = (verb: string, className: string, useSqlite: boolean) => {
    if (live.has(className)) throw classAlreadyInUse(verb, className);
    live.set(className, { id: newId(), className, useSqlite });
    touched.set(className, verb);
  };
  for (const className of step.new_classes ?? []) create("new-class", className, false);
  for (const className of step.new_sqlite_classes ?? []) create("new-sqlite-class", className, true);
  for (const { from, to } of step.renamed_classes ?? []) {
    const namespace = live.get(from);
    if (namespace === undefined) throw classUnknown("rename-class", from);
    if (live.has(to)) throw classAlreadyInUse("rename-class", to);
    live.delete(from);
    touched.delete(from);
    live.set(to, { ...namespace, className: to });
    touched.set(to, "rename-class");
  }
  for (const { from, from_script, to } of step.transferred_classes ?? []) {
    const namespace = others.find(({ script, className }) => script === from_script && className === from);
    if (namespace === undefined || transferred.includes(namespace))
      throw transferredClassUnknown(from, from_script);
    if (live.has(to)) throw classAlreadyInUse("transfer-class", to);
    live.set(to, { id: namespace.id, className: to, useSqlite: namespace.useSqlite });
    touched.set(to, "transfer-class");
    transferred.push(namespace);
  }
  for (const className of step.deleted_classes ?? []) {
    const namespace = live.get(className);
    if (namespace === undefined) throw classUnknown("delete-class", className);
    live.delete(className);
    touched.delete(className);
    deleted.push(namespace);
  }
}

function checkVersion(input: MigrationInput, { live, deleted, touched }: Progress): void {
  const exported = new Set(input.exportedClasses);
  for (const [className, verb] of touched)
    if (!exported.has(className)) throw migratedClassNotExported(verb, className);
  for (const className of input.boundClasses) {
    if (live.has(className)) continue;
    if (deleted.some((namespace) => namespace.className === className))
      throw deletedClassStillBound(className);
    throw exported.has(className) ? classNotConfigured(className) : bindingClassNotExported(className);
  }
  for (const className of live.keys())
    if (!exported.has(className)) throw dependedClassNotExported(className);
}
