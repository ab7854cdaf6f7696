import { ProviderError } from "../errors.ts";
import { snakeCased } from "../names.ts";
import { overlaid, withWholeSeconds } from "../plan.ts";
import { find } from "../read.ts";
import type { ResourceKind } from "../resource-kind.ts";
import { asProperties, type Properties } from "../values.ts";
import {
  annotationsForApi,
  annotationsFromApi,
  givenAnnotations,
  settleAnnotations,
  unsettleAnnotations,
  withAnnotations,
} from "./annotations.ts";
import { scriptPath } from "./script-path.ts";

const deployments = (properties: Properties): string[] => [...scriptPath(properties), "deployments"];

/** Versions of a Worker and their shares of the traffic. Every change is another deployment; deleting makes no call. */
export const workerDeployment: ResourceKind = {
  token: "cloudflare:index/workersDeployment:WorkersDeployment",
  attributes: {
    accountId: { type: "string", required: "Identifier.", replaces: true },
    scriptName: {
      type: "string",
      required: "Name of the script, used in URLs and route configuration.",
      replaces: true,
    },
    strategy: {
      type: "string",
      required: 'Available values: "percentage".',
      oneOf: ["percentage"],
      replaces: true,
    },
    versions: { type: "list", required: "", replaces: true },
    annotations: { type: "object", computed: "fresh", replaces: true, blamed: true },
    authorEmail: { type: "string", output: true, computed: "fresh" },
    createdOn: { type: "string", output: true, computed: "fresh" },
    source: { type: "string", output: true, computed: "fresh" },
  },
  importId: "<account_id>/<script_name>/<deployment_id>",
  importInto: ["accountId", "scriptName", "id"],

  settle: settleAnnotations,
  unsettle: unsettleAnnotations,

  async create(api, plan) {
    const { strategy, versions, annotations } = plan;
    const notes = annotationsForApi(annotations);
    const json = {
      ...asProperties(snakeCased({ strategy, versions })),
      ...(Object.keys(notes).length === 0 ? {} : { annotations: notes }),
    };
    const { result } = await api.call({ method: "POST", path: deployments(plan), json });
    return withAnnotations(withWholeSeconds(asProperties(result), ["created_on"]));
  },

  asGiven: givenAnnotations,

  async read(api, id, state) {
    const { result } = await find(api, { path: [...deployments(state), id] });
    const answer = withWholeSeconds(asProperties(result), ["created_on"]);
    return {
      ...overlaid(workerDeployment, { ...state, id }, answer),
      annotations: annotationsFromApi(answer.annotations),
    };
  },

  update: () =>
    Promise.reject(new ProviderError("unexpected call", "a deployment is replaced, never updated")),
};
