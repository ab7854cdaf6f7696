/**
 * The policy pack: `--policy-pack infra/policy`, which `npm run preview` and `npm run up` add for every stack but
 * `local`. Every rule is mandatory; `--policy-pack-config <file.json>` relaxes one by its name, or names other stacks as
 * production. docs/policies.md.
 */
import { PolicyPack, type ResourceValidationPolicy, type StackValidationPolicy } from "@pulumi/policy";
import { placesOutsideZones, RULES, type Rule, violations } from "./rules.ts";

/** Stacks that are production unless a rule's config says otherwise. */
const PRODUCTION = ["production"];

const resourcePolicy = (rule: Rule): ResourceValidationPolicy => ({
  name: rule.name,
  description: rule.description,
  configSchema: {
    properties: { productionStacks: { type: "array", items: { type: "string" }, default: PRODUCTION } },
  },
  validateResource: ({ type, urn, props, opts, getConfig }, report) => {
    const { productionStacks } = getConfig<{ productionStacks?: string[] }>();
    const around = { now: new Date(), productionStacks: productionStacks ?? PRODUCTION };
    const seen = { type, urn, props, protect: opts.protect };
    for (const what of violations(rule, seen, around)) report(what);
  },
});

const routesInsideZone: StackValidationPolicy = {
  name: "routes-inside-zone",
  description: "Every route and domain lies in the zone that it names.",
  validateStack: ({ resources }, report) => {
    const seen = resources.map(({ type, urn, props, opts }) => ({ type, urn, props, protect: opts.protect }));
    for (const { what, urn } of placesOutsideZones(seen)) report(what, urn);
  },
};

new PolicyPack("edge-websocket-chat", {
  enforcementLevel: "mandatory",
  policies: [...RULES.map(resourcePolicy), routesInsideZone],
});
