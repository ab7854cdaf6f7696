import type { ApiClient } from "../api-client.ts";
import { find } from "../read.ts";
import type { Plan, ResourceKind } from "../resource-kind.ts";
import { asList, asProperties, asString, isObject, type Properties, UNKNOWN, type Value } from "../values.ts";
import { scriptPath } from "./script-path.ts";

const path = (properties: Properties): string[] => [...scriptPath(properties), "schedules"];

const crons = (schedules: Value | undefined): string[] =>
  asList(schedules).map((schedule) => asString(asProperties(schedule).cron));

async function put(api: ApiClient, plan: Plan): Promise<Value | undefined> {
  const json = crons(plan.schedules).map((cron) => ({ cron }));
  const { result } = await api.call({ method: "PUT", path: path(plan), json });
  const answers = asList(asProperties(result).schedules).map(asProperties);
  const byCron = json.map(({ cron }) => answers.find((answer) => answer.cron === cron) ?? {});
  return { schedules: byCron };
}

/** The schedules of a script. Deleting it makes no call and a refresh only asks whether the script is there. */
export const cronTrigger: ResourceKind = {
  token: "cloudflare:index/workersCronTrigger:WorkersCronTrigger",
  attributes: {
    accountId: { type: "string", required: "Identifier.", replaces: true },
    scriptName: {
      type: "string",
      required: "Name of the script, used in URLs and route configuration.",
      replaces: true,
    },
    schedules: { type: "list", required: "Schedules of the script.", unordered: true },
  },
  importId: "<account_id>/<script_name>",
  importInto: ["accountId", "scriptName"],
  namedBy: "scriptName",
  warning: {
    summary: "Resource Destruction Considerations",
    detail:
      "This resource cannot be destroyed from Terraform. If you create this resource, it will be present in the API until manually deleted.",
  },

  settle(plan, state) {
    const before = asList(state?.schedules).map(asProperties);
    plan.schedules = asList(plan.schedules).map((schedule) => {
      const cron = isObject(schedule) ? schedule.cron : undefined;
      return { ...before.find((known) => known.cron === cron), ...asProperties(schedule) };
    });
  },

  unsettle(plan) {
    plan.schedules = asList(plan.schedules).map((schedule) => ({
      cron: asProperties(schedule).cron,
      createdOn: UNKNOWN,
      modifiedOn: UNKNOWN,
    }));
  },

  create: put,

  async read(api, _id, state) {
    await find(api, { path: path(state) });
    return state;
  },

  update: (api, _id, plan) => put(api, plan),
};
