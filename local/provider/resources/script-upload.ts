import type { Part } from "../multipart.ts";
import { snakeCased } from "../names.ts";
import type { Files, Plan } from "../resource-kind.ts";
import { asList, asProperties, asString, isUnknown, type Properties, type Value } from "../values.ts";
import { bindingForUpload } from "./script-bindings.ts";

/** Settings that go into the metadata part as they are. */
const SETTINGS = [
  "compatibilityDate",
  "compatibilityFlags",
  "keepAssets",
  "keepBindings",
  "limits",
  "logpush",
  "mainModule",
  "migrations",
  "observability",
  "tailConsumers",
  "usageModel",
];

const ANNOTATIONS: Record<string, string> = {
  workersMessage: "workers/message",
  workersTag: "workers/tag",
  workersAlias: "workers/alias",
};

function annotations(value: Value | undefined): Properties | undefined {
  if (value === undefined || isUnknown(value)) return undefined;
  const named = Object.entries(asProperties(value)).map(([name, text]) => [ANNOTATIONS[name] ?? name, text]);
  return Object.fromEntries(named);
}

/** Keys in alphabetical order at every level below the first, as the official provider writes them. */
function ordered(value: Value): Value {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, ordered(inner ?? null)]),
  );
}

/** The metadata of an upload: all that is known of the plan, and nothing that the program did not say but the defaults. */
export function scriptMetadata(plan: Plan): Properties {
  const settings: Properties = {};
  for (const name of SETTINGS) {
    const value = plan[name];
    if (value !== undefined && !isUnknown(value)) settings[name] = value;
  }
  const metadata = asProperties(ordered(snakeCased(settings)));
  if (Array.isArray(plan.bindings)) {
    metadata.bindings = asList(plan.bindings).map((binding) => {
      const { json, ...rest } = asProperties(bindingForUpload(asProperties(binding)));
      const body = asProperties(ordered(rest));
      return json === undefined ? body : { json, ...body };
    });
  }
  const notes = annotations(plan.annotations);
  if (notes !== undefined) metadata.annotations = notes;
  if (asString(plan.mainModule) === "") metadata.body_part = "script";
  else if (plan.bodyPart !== undefined) metadata.body_part = plan.bodyPart;
  return Object.fromEntries(Object.entries(metadata).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The form of an upload: the script, then `metadata`. Without a main module it is a service-worker script. */
export async function scriptForm(plan: Plan, files: Files): Promise<Part[]> {
  const file = asString(plan.contentFile);
  const body = file === "" ? asString(plan.content) : await files.read(file);
  const module = asString(plan.mainModule);
  const name = module || "script";
  const contentType =
    asString(plan.contentType) || (module ? "application/javascript+module" : "application/javascript");
  return [
    { name, filename: name, contentType, body },
    { name: "metadata", contentType: "application/json", body: JSON.stringify(scriptMetadata(plan)) },
  ];
}
