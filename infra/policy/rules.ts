/** The rules, each a function from what is planned to what is wrong with it. Pure: the engine is `index.ts`'s business. */
import { BINDINGS } from "../../worker/bindings.ts";
import { liesInside } from "../plan/routes.ts";
import { at, bindingsOf, deletedClasses, type Seen, stackOf, TYPES, textOf } from "./seen.ts";

/** What a rule may look at beside the resource. */
export interface Around {
  readonly now: Date;
  /** Stacks that carry real people's rooms. */
  readonly productionStacks: readonly string[];
}

export interface Rule {
  /** Named so in a policy config file, and in what the engine prints. */
  readonly name: string;
  readonly description: string;
  /** Types that the rule is about. */
  readonly types: readonly string[];
  readonly onlyInProduction: boolean;
  /** One line for each violation. */
  check(resource: Seen, around: Around): string[];
}

/** Days. Cloudflare keeps old dates working; after a year, what the Worker is tested with is no longer what people run. */
const OLDEST_COMPATIBILITY_DAYS = 365;
const DAY_MS = 86_400_000;

const SECRET_BINDINGS: ReadonlySet<string> = new Set(
  Object.entries(BINDINGS).flatMap(([name, { type }]) => (type === "secret_text" ? [name] : [])),
);
/** Names that a secret goes by, for bindings that come later. */
const SECRET_NAME = /(^|_)(KEY|TOKEN|SECRET|PASSWORD)(_|$)/;
/** Shorter texts turn up in other values by chance. */
const SHORTEST_SECRET = 12;

/** Where a secret lies open: under a name that says secret, or copied into a binding that is not one. */
function openSecrets(script: Seen): string[] {
  const bindings = bindingsOf(script);
  const isSecret = ({ type }: { type: string }) => type === "secret_text" || type === "secret_key";
  const texts = bindings.flatMap((binding) =>
    isSecret(binding) && (binding.text?.length ?? 0) >= SHORTEST_SECRET
      ? [{ name: binding.name, text: binding.text ?? "" }]
      : [],
  );
  return bindings
    .filter((binding) => !isSecret(binding) && binding.type !== "inherit")
    .flatMap(({ name, type, text, json }) => {
      if (SECRET_BINDINGS.has(name) || SECRET_NAME.test(name))
        return [
          `binding ${name} is ${type}, which the dashboard and the API show to everybody: use secret_text`,
        ];
      const copied = texts.find((secret) => text?.includes(secret.text) || json?.includes(secret.text));
      return copied === undefined
        ? []
        : [`binding ${name} (${type}) contains the value of secret ${copied.name}`];
    });
}

function oldDate(script: Seen, { now }: Around): string[] {
  const date = textOf(script, "compatibilityDate");
  const age = (now.getTime() - Date.parse(`${date}T00:00:00Z`)) / DAY_MS;
  if (age <= OLDEST_COMPATIBILITY_DAYS) return [];
  const why = Number.isNaN(age) ? "is no date" : `is ${Math.floor(age)} days old`;
  return [
    `compatibilityDate ${date ?? "(none)"} ${why}, allowed are ${OLDEST_COMPATIBILITY_DAYS} days: ` +
      `raise COMPATIBILITY_DATE in infra/script-inputs.ts and in the tests' runtime, and run npm test`,
  ];
}

function silent(script: Seen): string[] {
  const observability = script.props.observability;
  if (at(observability, "enabled") !== true)
    return [
      "observability is off: nobody could find out why a room failed. Set observability.enabled to true",
    ];
  return at(observability, "logs", "enabled") === true
    ? []
    : ["observability keeps no logs. Set observability.logs.enabled to true"];
}

const onWorkersDev = ({ props }: Seen): string[] =>
  [
    ...(props.enabled === true ? ["the chat would answer on workers.dev: set workersDev to false"] : []),
    ...(props.previewsEnabled === true
      ? ["preview addresses would serve versions that are not deployed: set previewsEnabled to false"]
      : []),
  ].map((what) => `${what}, and give customDomain or routes`);

const anyOrigin = (script: Seen): string[] =>
  bindingsOf(script).flatMap(({ name, json }) => {
    const origins = name === "CHAT" && json ? at(JSON.parse(json), "allowedOrigins") : undefined;
    return Array.isArray(origins) && origins.includes("*")
      ? ["allowedOrigins is *: any web page could connect as its visitor. Name the origins"]
      : [];
  });

export const RULES: readonly Rule[] = [
  {
    name: "observability-on",
    description: "Workers Logs are kept.",
    types: [TYPES.script],
    onlyInProduction: false,
    check: silent,
  },
  {
    name: "secrets-only-as-secrets",
    description: "No secret stands in a binding that shows it.",
    types: [TYPES.script],
    onlyInProduction: false,
    check: openSecrets,
  },
  {
    name: "compatibility-date-fresh",
    description: `The compatibility date is at most ${OLDEST_COMPATIBILITY_DAYS} days old.`,
    types: [TYPES.script],
    onlyInProduction: false,
    check: oldDate,
  },
  {
    name: "no-workers-dev-in-production",
    description: "Production answers at its own addresses only.",
    types: [TYPES.subdomain],
    onlyInProduction: true,
    check: onWorkersDev,
  },
  {
    name: "no-class-deletion-in-production",
    description: "No Durable Object class with people's rooms is deleted.",
    types: [TYPES.script],
    onlyInProduction: true,
    check: (script) =>
      deletedClasses(script).map((name) => `class ${name} and every room of it would be deleted for ever`),
  },
  {
    name: "no-wildcard-origin-in-production",
    description: "Production names the web origins that may connect.",
    types: [TYPES.script],
    onlyInProduction: true,
    check: anyOrigin,
  },
  {
    name: "rooms-protected-in-production",
    description: "Script and directory of rooms refuse to be destroyed or replaced.",
    types: [TYPES.script, TYPES.directory],
    onlyInProduction: true,
    check: ({ protect }) =>
      protect
        ? []
        : ["it is not protected: destroy or a new name would delete the rooms. Set protect to true"],
  },
];

/** What a rule says of a resource; nothing where it does not apply. */
export function violations(rule: Rule, resource: Seen, around: Around): string[] {
  if (!rule.types.includes(resource.type)) return [];
  if (rule.onlyInProduction && !around.productionStacks.includes(stackOf(resource))) return [];
  return rule.check(resource, around);
}

/** Routes and domains outside of their zone. Which names the zones' ids have, the component says. */
export function placesOutsideZones(
  resources: readonly Seen[],
): { readonly urn: string; readonly what: string }[] {
  const zones = new Map(
    resources
      .filter(({ type }) => type === TYPES.chat)
      .flatMap(({ props }) =>
        Object.entries(at(props, "zones") ?? {}).map(([id, name]) => [id, String(name)]),
      ),
  );
  return resources.flatMap((resource) => {
    const { type, urn } = resource;
    if (type !== TYPES.route && type !== TYPES.domain) return [];
    const place = textOf(resource, type === TYPES.route ? "pattern" : "hostname") ?? "";
    const zone = zones.get(textOf(resource, "zoneId") ?? "");
    if (zone !== undefined && liesInside(place, zone)) return [];
    return [
      { urn, what: `${place} does not lie in its zone ${zone ?? textOf(resource, "zoneId") ?? "(none)"}` },
    ];
  });
}
