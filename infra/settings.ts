/** A stack's settings, read as a whole: either every value is right, or all mistakes are told at once. */
import * as z from "zod";
import type { ChatConfig, Jurisdiction, Region } from "../worker/bindings.ts";
import { datasetFor, kvTitleFor, scriptNameFor } from "./naming.ts";
import type { SecretName, SecretTexts } from "./plan/bindings.ts";
import { chatUrl, type DomainSetting, type RouteSetting } from "./plan/routes.ts";
import { type Mistake, type SettingPath, unknownKey, wrongValue } from "./settings-mistakes.ts";
import { isSecretSetting, SECRET_SETTINGS, SETTINGS, type SettingValues } from "./settings-table.ts";

/** The namespace of the project's own keys in a stack file. */
export const NAMESPACE = "edge-websocket-chat";

/** What the stack's owner agreed to, by name. Nothing of it is deployed. */
export interface Consent {
  readonly allowDeletedClasses: readonly string[];
  readonly allowLeftRegions: readonly Region[];
  readonly adoptScript: string | undefined;
  readonly recreateScript: string | undefined;
}

export interface Settings {
  readonly accountId: string;
  readonly scriptName: string;
  readonly kvTitle: string;
  readonly dataset: string;
  /** Value of the Worker's `CHAT` binding. */
  readonly chat: ChatConfig;
  readonly connectsPerMinute: number;
  readonly workersDev: boolean;
  readonly routes: readonly RouteSetting[];
  readonly customDomain: DomainSetting | undefined;
  readonly observability: SettingValues["observability"];
  readonly release: SettingValues["release"];
  readonly protect: boolean;
  readonly consent: Consent;
  readonly secrets: SecretTexts;
  readonly kept: readonly SecretName[];
  /** 0: never. */
  readonly expiresAfterHours: number;
  /** Where people find the chat, without a slash at the end. */
  readonly url: string;
}

/** What the engine hands the program: full keys with texts (JSON for lists and objects), and which of them are secret. */
export interface StackConfig {
  readonly stack: string;
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

export type SettingsResult =
  | { readonly settings: Settings; readonly mistakes?: undefined }
  | { readonly settings?: undefined; readonly mistakes: readonly Mistake[] };

type Name = keyof typeof SETTINGS;
const NAMES = Object.keys(SETTINGS) as Name[]; // Object.keys forgets the key type

/** Texts stay texts where a text is asked for: an account id of digits alone is no number. */
const TEXT_SETTINGS: ReadonlySet<Name> = new Set<Name>([
  "accountId",
  "scriptName",
  "jurisdiction",
  "access",
  "publicUrl",
  "workersDevSubdomain",
  "kvTitle",
  "dataset",
  "adoptScript",
  "recreateScript",
  ...SECRET_SETTINGS,
]);

function decoded(name: Name, text: string): unknown {
  if (TEXT_SETTINGS.has(name)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text; // the rule of the setting then says what it wants instead
  }
}

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inside, step) => (typeof inside === "object" && inside !== null ? Reflect.get(inside, step) : undefined),
    value,
  );

/** zod's message where it is a rule of ours; its own wording of types and patterns says less than the note. */
const ruleOf = (issue: z.core.$ZodIssue): string | undefined =>
  issue.code === "custom" ? issue.message : undefined;

function mistakesOf(name: Name, raw: unknown, issues: readonly z.core.$ZodIssue[], stack: string): Mistake[] {
  return issues.flatMap((issue) => {
    const inside = issue.path.map((step) => (typeof step === "symbol" ? String(step) : step));
    const path: SettingPath = [name, ...inside];
    if (issue.code !== "unrecognized_keys")
      return [wrongValue(path, valueAt(raw, issue.path), stack, ruleOf(issue))];
    return issue.keys.map((key) => unknownKey([...path, key], knownInside(name, inside), stack));
  });
}

/** Keys that an object inside a setting may have. */
function knownInside(name: Name, path: SettingPath): string[] {
  const json = z.toJSONSchema(SETTINGS[name], { io: "output", unrepresentable: "any" });
  const found = path.reduce<unknown>(
    (schema, step) => valueAt(schema, typeof step === "number" ? ["items"] : ["properties", step]),
    json,
  );
  const properties = valueAt(found, ["properties"]);
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}

/** Each secret setting's binding. */
const BINDING_OF = {
  sessionKey: "SESSION_KEY",
  sessionKeyPrevious: "SESSION_KEY_PREVIOUS",
  ticketKey: "TICKET_KEY",
  adminToken: "ADMIN_TOKEN",
} as const satisfies Record<(typeof SECRET_SETTINGS)[number], SecretName>;

/** Secrets that must be there before anything is uploaded, and are either set or kept. */
function secretRules(values: Partial<SettingValues>, stack: string): Mistake[] {
  const kept = values.keptSecrets ?? [];
  const needed = [
    ...("sessionKey" in values ? [["sessionKey", "required"] as const] : []),
    ...(values.access === "ticket" && "ticketKey" in values
      ? [["ticketKey", "required while access is ticket"] as const]
      : []),
  ];
  return [
    ...needed
      .filter(([name]) => values[name] === undefined && !kept.includes(name))
      .map(([name, why]) => wrongValue([name], undefined, stack, why)),
    ...kept
      .filter((name) => values[name] !== undefined)
      .map((name) =>
        wrongValue(
          ["keptSecrets"],
          kept,
          stack,
          `${name} is set in this stack, so it cannot be kept as well`,
        ),
      ),
  ];
}

/** Regions whose objects may run in a jurisdiction that names an area. FedRAMP's data centers are no area. */
const REGIONS_IN: Readonly<Partial<Record<Jurisdiction, readonly Region[]>>> = {
  eu: ["weur", "eeur"],
  us: ["wnam", "enam"],
};

function placeRules(values: Partial<SettingValues>, stack: string): Mistake[] {
  const { regions, closedRegions = [], jurisdiction } = values;
  if (regions === undefined) return [];
  const wrong = (name: "regions" | "closedRegions", why: string) =>
    wrongValue([name], values[name], stack, why);
  const strangers = closedRegions.filter((region) => !regions.includes(region));
  const inside = jurisdiction && REGIONS_IN[jurisdiction];
  const outside = inside === undefined ? [] : regions.filter((region) => !inside.includes(region));
  return [
    ...(strangers.length > 0 ? [wrong("closedRegions", `${strangers.join(", ")} is not among regions`)] : []),
    ...(regions.every((region) => closedRegions.includes(region))
      ? [wrong("closedRegions", "every region is closed: visitors need one")]
      : []),
    ...(outside.length > 0
      ? [
          wrong(
            "regions",
            `${outside.join(", ")} lies outside jurisdiction ${jurisdiction}, which has ${inside?.join(", ")}`,
          ),
        ]
      : []),
  ];
}

/** Rules between settings, for those that are right in themselves. */
function rulesBetween(values: Partial<SettingValues>, url: string | undefined, stack: string): Mistake[] {
  const mistakes = [...secretRules(values, stack), ...placeRules(values, stack)];
  const placesAreRight = "routes" in values && "customDomain" in values && "publicUrl" in values;
  if (url === undefined && placesAreRight && "workersDevSubdomain" in values)
    mistakes.push(
      wrongValue(
        [values.workersDev === true ? "workersDevSubdomain" : "publicUrl"],
        undefined,
        stack,
        "the settings tell no address of the chat: set workersDev with workersDevSubdomain, customDomain, a route host/*, or publicUrl",
      ),
    );
  return mistakes;
}

function complete(values: SettingValues, scriptName: string, url: string): Settings {
  const [first, ...more] = values.regions;
  if (first === undefined) throw new Error("regions is empty although its rule asks for one");
  const regions: readonly [Region, ...Region[]] = [first, ...more];
  return {
    accountId: values.accountId,
    scriptName,
    kvTitle: values.kvTitle ?? kvTitleFor(scriptName),
    dataset: values.dataset ?? datasetFor(scriptName),
    chat: {
      regions,
      // Left out where it says nothing: a stack of one region deploys what it always did.
      ...(values.closedRegions.length > 0 && { closedRegions: values.closedRegions }),
      ...(values.jurisdiction !== undefined && { jurisdiction: values.jurisdiction }),
      access: values.access,
      allowedOrigins: values.allowedOrigins,
      limits: values.limits,
    },
    connectsPerMinute: values.connectsPerMinute,
    workersDev: values.workersDev,
    routes: values.routes,
    customDomain: values.customDomain,
    observability: values.observability,
    release: values.release,
    protect: values.protect,
    consent: {
      allowDeletedClasses: values.allowDeletedClasses,
      allowLeftRegions: values.allowLeftRegions,
      adoptScript: values.adoptScript,
      recreateScript: values.recreateScript,
    },
    secrets: {
      SESSION_KEY: values.sessionKey,
      SESSION_KEY_PREVIOUS: values.sessionKeyPrevious,
      TICKET_KEY: values.ticketKey,
      ADMIN_TOKEN: values.adminToken,
    },
    kept: values.keptSecrets.map((name) => BINDING_OF[name]),
    expiresAfterHours: values.expiresAfterHours,
    url,
  };
}

/** Reads the settings of a stack. */
export function readSettings({ stack, values: texts, secretKeys }: StackConfig): SettingsResult {
  const mistakes: Mistake[] = [];
  const values: Record<string, unknown> = {};
  for (const name of NAMES) {
    const text = texts[`${NAMESPACE}:${name}`];
    const raw = text === undefined ? undefined : decoded(name, text);
    const parsed = SETTINGS[name].safeParse(raw);
    if (parsed.success) values[name] = parsed.data;
    else mistakes.push(...mistakesOf(name, raw === "" ? undefined : raw, parsed.error.issues, stack));
    if (
      isSecretSetting(name) &&
      text !== undefined &&
      text !== "" &&
      !secretKeys.includes(`${NAMESPACE}:${name}`)
    )
      mistakes.push(
        wrongValue([name], text, stack, "it stands in plain text in the stack file: set it again"),
      );
  }
  for (const key of Object.keys(texts)) {
    const own = key.startsWith(`${NAMESPACE}:`) ? key.slice(NAMESPACE.length + 1) : undefined;
    if (own !== undefined && !(own in SETTINGS)) mistakes.push(unknownKey([own], NAMES, stack));
  }
  const right: Partial<SettingValues> = values; // each value came out of the rule of its own name
  const scriptName = right.scriptName ?? scriptNameFor(stack);
  const url = chatUrl({
    scriptName,
    routes: right.routes ?? [],
    workersDev: right.workersDev ?? false,
    publicUrl: right.publicUrl,
    customDomain: right.customDomain,
    workersDevSubdomain: right.workersDevSubdomain,
  });
  mistakes.push(...rulesBetween(right, url, stack));
  if (mistakes.length > 0 || url === undefined) return { mistakes };
  return { settings: complete(right as SettingValues, scriptName, url) }; // no mistake: every name has its value
}
