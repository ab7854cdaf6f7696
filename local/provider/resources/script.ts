import type { ApiClient } from "../api-client.ts";
import { withWholeSeconds } from "../plan.ts";
import type { Attribute, Files, Plan, ResourceKind } from "../resource-kind.ts";
import { asProperties, isObject, type Properties, type Value } from "../values.ts";
import { concealBindings, settleBindings, unsettleBindings } from "./script-bindings.ts";
import { scriptFailures } from "./script-check.ts";
import { scriptPath } from "./script-path.ts";
import { readScript } from "./script-read.ts";
import { scriptForm } from "./script-upload.ts";

const output = (type: Attribute["type"]): Attribute => ({ type, output: true, computed: "fresh" });

async function put(api: ApiClient, plan: Plan, files: Files): Promise<Value | undefined> {
  const answer = await api.call({
    method: "PUT",
    path: scriptPath(plan),
    form: await scriptForm(plan, files),
  });
  const result = asProperties(answer.result);
  return withWholeSeconds(result, ["created_on", "modified_on"]);
}

/** `persist` of logs and traces is on unless the program says otherwise. */
function settleObservability(plan: Plan): void {
  if (!isObject(plan.observability)) return;
  const observability: Properties = { ...plan.observability };
  for (const name of ["logs", "traces"]) {
    const settings = observability[name];
    if (isObject(settings)) observability[name] = { persist: true, ...settings };
  }
  plan.observability = observability;
}

/**
 * A Worker script: code, bindings, settings and, on the way, migrations. As the official provider does, it sends
 * `migrations` again with each update for as long as they stand in the program.
 */
export const script: ResourceKind = {
  token: "cloudflare:index/workersScript:WorkersScript",
  attributes: {
    accountId: { type: "string", required: "Identifier.", replaces: true },
    scriptName: {
      type: "string",
      required: "Name of the script, used in URLs and route configuration.",
      replaces: true,
    },
    annotations: { type: "object", computed: "fresh" },
    assets: { type: "object", unmodelled: true },
    bindings: { type: "list", computed: "fresh" },
    bodyPart: { type: "string" },
    cacheOptions: { type: "object", unmodelled: true },
    compatibilityDate: { type: "string", fallback: "", computed: "kept" },
    compatibilityFlags: { type: "list", computed: "fresh", unordered: true },
    content: { type: "string" },
    contentFile: { type: "string" },
    contentSha256: { type: "string" },
    contentType: { type: "string" },
    exports: { type: "object", unmodelled: true },
    files: { type: "object", unmodelled: true },
    force: { type: "boolean", unmodelled: true },
    keepAssets: { type: "boolean" },
    keepBindings: { type: "list", unordered: true },
    limits: { type: "object" },
    logpush: { type: "boolean", fallback: false, computed: "kept" },
    mainModule: { type: "string" },
    migrations: { type: "object" },
    observability: { type: "object" },
    packageDependencies: { type: "list", unmodelled: true },
    placement: { type: "object", computed: "fresh" },
    tailConsumers: { type: "list", computed: "fresh", unordered: true },
    usageModel: {
      type: "string",
      fallback: "standard",
      computed: "kept",
      oneOf: ["standard", "bundled", "unbound"],
    },
    createdOn: { type: "string", output: true, computed: "kept" },
    etag: output("string"),
    handlers: output("list"),
    hasAssets: output("boolean"),
    hasModules: output("boolean"),
    lastDeployedFrom: output("string"),
    migrationTag: output("string"),
    modifiedOn: output("string"),
    namedHandlers: output("list"),
    placementMode: output("string"),
    placementStatus: output("string"),
    startupTimeMs: output("number"),
  },
  importId: "<account_id>/<script_name>",
  importInto: ["accountId", "scriptName"],
  namedBy: "scriptName",
  failures: scriptFailures,
  conceal: concealBindings,

  settle(plan, state) {
    settleBindings(plan, state);
    settleObservability(plan);
  },

  unsettle: unsettleBindings,

  create: put,

  read: (api, _id, state) => readScript(api, state),

  async beginImport(api, state) {
    await api.raw({ method: "GET", path: scriptPath(state), accept: "application/javascript" });
  },

  update: (api, _id, plan, files) => put(api, plan, files),

  async remove(api, _id, state) {
    await api.call({ method: "DELETE", path: scriptPath(state) });
  },
};
