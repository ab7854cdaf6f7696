import { ProviderError } from "../errors.ts";
import { snakeCased } from "../names.ts";
import { overlaid, withWholeSeconds } from "../plan.ts";
import { find } from "../read.ts";
import { type Attribute, type Files, type Plan, pathParameter, type ResourceKind } from "../resource-kind.ts";
import {
  asList,
  asProperties,
  asString,
  isUnknown,
  type Properties,
  type Value,
  withoutUnknown,
} from "../values.ts";
import {
  annotationsForApi,
  annotationsFromApi,
  givenAnnotations,
  settleAnnotations,
  unsettleAnnotations,
  withAnnotations,
} from "./annotations.ts";
import {
  bindingForUpload,
  concealBindings,
  refreshedBindings,
  settleBindings,
  unsettleBindings,
} from "./script-bindings.ts";
import { bindingFailures, sha256 } from "./script-check.ts";
import { workersPath } from "./worker.ts";

const SENT = [
  "compatibilityDate",
  "compatibilityFlags",
  "limits",
  "mainModule",
  "migrations",
  "placement",
  "usageModel",
];
const output = (type: Attribute["type"]): Attribute => ({ type, output: true, computed: "fresh" });
const versions = (properties: Properties): string[] => [
  ...workersPath(properties),
  pathParameter(properties, "workerId", "worker_id"),
  "versions",
];
const named = (list: Value | undefined, name: Value | undefined): Properties =>
  asList(list)
    .map(asProperties)
    .find((item) => item.name === name) ?? {};
const modulesOf = (properties: Properties): Properties[] => asList(properties.modules).map(asProperties);

/** Bindings by name, as the official provider sends them. */
async function body(plan: Plan, files: Files): Promise<Properties> {
  const settings = Object.fromEntries(
    SENT.flatMap((name) => (plan[name] === undefined ? [] : [[name, plan[name]]])),
  );
  const bindings = asList(plan.bindings).map((binding) =>
    asProperties(bindingForUpload(asProperties(binding))),
  );
  const notes = annotationsForApi(plan.annotations);
  const modules = modulesOf(plan).map(async ({ name, contentType, contentFile, contentBase64 }) => ({
    name,
    content_type: contentType,
    content_base64: contentBase64 ?? (await files.read(asString(contentFile))).toString("base64"),
  }));
  return {
    ...asProperties(withoutUnknown(snakeCased(settings))),
    ...(Object.keys(notes).length === 0 ? {} : { annotations: notes }),
    bindings: bindings.sort((a, b) => (asString(a.name) < asString(b.name) ? -1 : 1)),
    modules: await Promise.all(modules),
  };
}

/** A version of a Worker: code and bindings. Every change is another version; deleting makes no call. */
export const workerVersion: ResourceKind = {
  token: "cloudflare:index/workerVersion:WorkerVersion",
  attributes: {
    accountId: { type: "string", required: "Identifier.", replaces: true },
    workerId: {
      type: "string",
      required: "Identifier for the Worker, which can be ID or name.",
      replaces: true,
    },
    annotations: { type: "object", computed: "fresh", replaces: true },
    assets: { type: "object", unmodelled: true },
    bindings: { type: "list", computed: "fresh", replaces: true, blamed: true },
    compatibilityDate: { type: "string", computed: "kept", replaces: true },
    compatibilityFlags: { type: "list", computed: "kept", unordered: true, replaces: true },
    containers: { type: "list", unmodelled: true },
    limits: { type: "object", computed: "fresh", replaces: true },
    mainModule: { type: "string", replaces: true },
    migrations: { type: "object", replaces: true },
    modules: { type: "list", replaces: true },
    placement: { type: "object", replaces: true },
    usageModel: {
      type: "string",
      fallback: "standard",
      computed: "kept",
      oneOf: ["standard", "bundled", "unbound"],
      replaces: true,
    },
    createdOn: output("string"),
    mainScriptBase64: output("string"),
    migrationTag: output("string"),
    number: output("number"),
    source: output("string"),
    startupTimeMs: output("number"),
    urls: output("list"),
  },
  importId: "<account_id>/<worker_id>/<version_id>",
  importInto: ["accountId", "workerId", "id"],
  failures: async (inputs, { resource }) => bindingFailures(inputs, resource),
  conceal: concealBindings,

  /** A file's content counts, not its name: its hash is part of the plan. */
  async prepare(inputs, files) {
    const modules = modulesOf(inputs).map(async (module): Promise<Properties> => {
      const { contentFile, contentBase64 } = module;
      const isKnown =
        typeof (contentFile ?? contentBase64) === "string" && !isUnknown(contentFile ?? contentBase64);
      if (!isKnown) return module;
      const content =
        contentFile === undefined
          ? Buffer.from(asString(contentBase64), "base64")
          : await files.read(asString(contentFile));
      return { ...module, contentSha256: sha256(content) };
    });
    return inputs.modules === undefined ? inputs : { ...inputs, modules: await Promise.all(modules) };
  },

  settle(plan, state) {
    settleBindings(plan, state);
    settleAnnotations(plan, state);
  },

  unsettle(plan) {
    unsettleBindings(plan);
    unsettleAnnotations(plan);
  },

  async create(api, plan, files) {
    const { result } = await api.call({
      method: "POST",
      path: versions(plan),
      json: await body(plan, files),
    });
    const answer = withAnnotations(withWholeSeconds(asProperties(result), ["created_on"]));
    // The answer has them by name, the state as the program wrote them.
    const bindings = asList(plan.bindings).map((binding) =>
      named(answer.bindings, asProperties(binding).name),
    );
    return { ...answer, bindings };
  },

  asGiven: givenAnnotations,

  async read(api, id, state) {
    const { result } = await find(api, { path: [...versions(state), id], query: [["include", "modules"]] });
    const { bindings, modules, annotations, ...answer } = withWholeSeconds(asProperties(result), [
      "created_on",
    ]);
    const now = overlaid(workerVersion, { ...state, id }, answer);
    now.annotations = annotationsFromApi(annotations);
    const refreshed = refreshedBindings(state, bindings);
    if (refreshed !== undefined)
      now.bindings = refreshed.map((item) => {
        const binding = asProperties(item);
        const { namespace_id: namespaceId } = named(bindings, binding.name);
        return binding.type === "durable_object_namespace" && namespaceId
          ? { ...binding, namespaceId }
          : binding;
      });
    const live = asList(modules).map(asProperties);
    now.modules = live.map(({ name, content_type: contentType, content_base64: content }) => {
      const contentBase64 = asString(content);
      const contentSha256 = sha256(Buffer.from(contentBase64, "base64"));
      const before = named(state.modules, name);
      const source =
        before.contentFile === undefined ? { contentBase64 } : { contentFile: before.contentFile };
      return { name, contentType, ...source, contentSha256 } satisfies Properties;
    });
    return now;
  },

  update: () => Promise.reject(new ProviderError("unexpected call", "a version is replaced, never updated")),
};
