/** The bindings of a new version: those given, plus those it takes over from the version before. Pure. */
import {
  classNotConfigured,
  inheritInvalid,
  kvNamespaceMissingForBinding,
  scriptInvalid,
  serviceBindingMissing,
} from "../cloudflare-errors.ts";
import type { Binding } from "../state/binding.ts";
import type { OwnedNamespace } from "../state/object-namespaces.ts";
import type { GivenBinding } from "./metadata.ts";

/** What an inherited binding comes from when it names no version. */
const LATEST = "latest";

const SECRET_TYPES = ["secret_text", "secret_key"];

export interface KeepRule {
  /** `keep_bindings` of the upload: types taken over when no binding of that name is given. */
  readonly types: readonly string[] | undefined;
  /** wrangler's uploads keep secrets put by hand without saying so; the official provider's replace them. */
  readonly secretsByDefault: boolean;
}

export function resolveBindings(
  given: readonly GivenBinding[],
  previous: readonly Binding[],
  keep: KeepRule,
  bindingsOf: (versionId: string) => readonly Binding[] | undefined = () => undefined,
): Binding[] {
  const resolved = given.map((binding): Binding => {
    if (binding.type !== "inherit") return binding;
    const { version_id: from = LATEST } = binding;
    const inherited = (from === LATEST ? previous : bindingsOf(from)) ?? [];
    const found = inherited.find((candidate) => candidate.name === (binding.old_name ?? binding.name));
    if (found === undefined) throw inheritInvalid(binding.name);
    return { ...found, name: binding.name };
  });
  const keptTypes = keep.types ?? (keep.secretsByDefault ? SECRET_TYPES : []);
  const names = new Set(resolved.map((binding) => binding.name));
  const kept = previous.filter((binding) => keptTypes.includes(binding.type) && !names.has(binding.name));
  return [...resolved, ...kept];
}

/** What of the account a version's bindings may point at. */
export interface Surroundings {
  readonly script: string;
  readonly kvNamespaceIds: readonly string[];
  readonly scripts: readonly string[];
  readonly objectNamespaces: readonly OwnedNamespace[];
}

/** Throws the error Cloudflare answers when a binding points at nothing. Own classes are the migration plan's part. */
export function checkReferences(bindings: readonly Binding[], around: Surroundings): void {
  for (const binding of bindings) {
    if (binding.type === "kv_namespace" && !around.kvNamespaceIds.includes(binding.namespace_id))
      throw kvNamespaceMissingForBinding(binding.namespace_id);
    if (
      binding.type === "service" &&
      binding.service !== around.script &&
      !around.scripts.includes(binding.service)
    )
      throw serviceBindingMissing(binding.name, binding.service);
    if (binding.type !== "durable_object_namespace") continue;
    if (binding.class_name === undefined)
      throw scriptInvalid(`binding ${binding.name} of type durable_object_namespace must have a class_name`);
    const owner = binding.script_name ?? around.script;
    const known = around.objectNamespaces.some(
      (namespace) => namespace.script === owner && namespace.className === binding.class_name,
    );
    if (owner !== around.script && !known) throw classNotConfigured(binding.class_name);
  }
}

/** Classes of the script itself that its bindings use. */
export function ownClasses(bindings: readonly Binding[], script: string): string[] {
  return bindings.flatMap((binding) =>
    binding.type === "durable_object_namespace" &&
    (binding.script_name === undefined || binding.script_name === script) &&
    binding.class_name !== undefined
      ? [binding.class_name]
      : [],
  );
}
