/** Notes on a version or a deployment: `workersMessage` in a program, `workers/message` in the API. */
import type { Plan } from "../resource-kind.ts";
import { asProperties, isUnknown, type Properties, UNKNOWN, type Value } from "../values.ts";

const NAMES: Readonly<Record<string, string>> = {
  workersMessage: "workers/message",
  workersTag: "workers/tag",
  workersTriggeredBy: "workers/triggered_by",
};
/** Set by the cloud. */
const TRIGGER = "workersTriggeredBy";

export function annotationsForApi(value: Value | undefined): Properties {
  const given = Object.entries(asProperties(value)).filter(([, text]) => !isUnknown(text));
  return Object.fromEntries(given.map(([name, text]) => [NAMES[name] ?? name, text]));
}

export function annotationsFromApi(value: Value | undefined): Properties {
  const known = Object.entries(NAMES).map(([name, key]) => [name, asProperties(value)[key]]);
  return Object.fromEntries(known.filter(([, text]) => text !== undefined));
}

/** An answer with its annotations under names that the plan's open places find. */
export const withAnnotations = (result: Properties): Properties => {
  const { workersTriggeredBy } = annotationsFromApi(result.annotations);
  return { ...result, annotations: { workers_triggered_by: workersTriggeredBy } };
};

export function givenAnnotations(inputs: Properties): Properties {
  const { [TRIGGER]: _ours, ...annotations } = asProperties(inputs.annotations);
  return { ...inputs, annotations };
}

export function settleAnnotations(plan: Plan, state: Properties | undefined): void {
  const before = asProperties(state?.annotations)[TRIGGER];
  if (before !== undefined) plan.annotations = { ...asProperties(plan.annotations), [TRIGGER]: before };
}

export function unsettleAnnotations(plan: Plan): void {
  plan.annotations = {
    ...(isUnknown(plan.annotations) ? {} : asProperties(plan.annotations)),
    [TRIGGER]: UNKNOWN,
  };
}
