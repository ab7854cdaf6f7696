import { snakeCased } from "../names.ts";
import { overlaid, withWholeSeconds } from "../plan.ts";
import { find } from "../read.ts";
import { accountOf, type Plan, type ResourceKind } from "../resource-kind.ts";
import {
  asList,
  asProperties,
  isObject,
  type Properties,
  UNKNOWN,
  type Value,
  withoutUnknown,
} from "../values.ts";

export const workersPath = (properties: Properties): string[] => [
  "accounts",
  accountOf(properties),
  "workers",
  "workers",
];

/** What a program can give: an update sends all of it. */
const SENT = ["logpush", "name", "observability", "subdomain", "tags", "tailConsumers"];
const TIMES = ["created_on", "deployed_on", "updated_on"];

const body = (plan: Plan): Value =>
  withoutUnknown(snakeCased(Object.fromEntries(SENT.map((name) => [name, plan[name] ?? UNKNOWN]))));

/** Without what the official provider's schema does not have. */
function known(answer: Value | undefined): Properties {
  const result = withWholeSeconds(asProperties(answer), TIMES);
  const { enabled, previews_enabled } = asProperties(result.subdomain);
  const consumers = asList(result.tail_consumers).map((consumer) => ({ name: asProperties(consumer).name }));
  return { ...result, subdomain: { enabled, previews_enabled }, tail_consumers: consumers };
}

function settleObservability(plan: Plan, state: Properties | undefined): void {
  if (!isObject(plan.observability)) return;
  const { logs, traces, ...given } = plan.observability;
  const before = asProperties(state?.observability);
  const part = (name: "logs" | "traces", defaults: Properties, own: Value | undefined) =>
    ({ ...defaults, ...asProperties(before[name]), ...asProperties(own) }) satisfies Properties;
  plan.observability = {
    headSamplingRate: 1,
    ...given,
    traces: part("traces", { enabled: false, headSamplingRate: 1, persist: true }, traces),
  };
  if (isObject(logs) || isObject(before.logs)) plan.observability.logs = part("logs", {}, logs);
}

function unsettleObservability(plan: Plan): void {
  if (!isObject(plan.observability)) return;
  const { logs, traces, ...rest } = plan.observability;
  const open = (part: Value | undefined): Value =>
    isObject(part) ? { ...part, destinations: part.destinations ?? UNKNOWN } : UNKNOWN;
  plan.observability = { ...rest, logs: open(logs), traces: open(traces) };
}

/** A Worker of the newer API: a name and settings, under which versions and deployments come and go. */
export const worker: ResourceKind = {
  token: "cloudflare:index/worker:Worker",
  attributes: {
    accountId: { type: "string", required: "Identifier.", replaces: true },
    name: { type: "string", required: "Name of the Worker." },
    logpush: { type: "boolean", fallback: false, computed: "kept" },
    observability: { type: "object", computed: "kept" },
    subdomain: { type: "object", computed: "kept" },
    tags: { type: "list", fallback: [], computed: "kept", unordered: true },
    tailConsumers: { type: "list", fallback: [], computed: "kept", unordered: true },
    createdOn: { type: "string", output: true, computed: "kept" },
    references: { type: "object", output: true, computed: "fresh" },
    updatedOn: { type: "string", output: true, computed: "fresh" },
  },
  importId: "<account_id>/<worker_id>",
  importInto: ["accountId", "id"],

  settle: settleObservability,

  unsettle(plan) {
    unsettleObservability(plan);
    // Not an attribute: the official provider never names it among the differences.
    plan.deployedOn = UNKNOWN;
  },

  async create(api, plan) {
    return known((await api.call({ method: "POST", path: workersPath(plan), json: body(plan) })).result);
  },

  async read(api, id, state) {
    const result = known((await find(api, { path: [...workersPath(state), id] })).result);
    const deployedOn = result.deployed_on;
    const { deployedOn: _before, ...rest } = overlaid(worker, { ...state, id }, result);
    return deployedOn === undefined || deployedOn === null ? rest : { ...rest, deployedOn };
  },

  async update(api, id, plan) {
    const path = [...workersPath(plan), id];
    return known((await api.call({ method: "PUT", path, json: body(plan) })).result);
  },

  async remove(api, id, state) {
    await api.call({ method: "DELETE", path: [...workersPath(state), id] });
  },
};
