/** What the engine shows a policy of a resource, read without trusting its shape: a value may be unknown in a preview. */
import * as z from "zod";

export interface Seen {
  /** `cloudflare:index/workersScript:WorkersScript`. */
  readonly type: string;
  readonly urn: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly protect: boolean;
}

/** The types that rules speak of. */
export const TYPES = {
  script: "cloudflare:index/workersScript:WorkersScript",
  directory: "cloudflare:index/workersKvNamespace:WorkersKvNamespace",
  subdomain: "cloudflare:index/workersScriptSubdomain:WorkersScriptSubdomain",
  route: "cloudflare:index/workersRoute:WorkersRoute",
  domain: "cloudflare:index/workersCustomDomain:WorkersCustomDomain",
  chat: "edge-websocket-chat:index:EdgeChat",
} as const;

/** `urn:pulumi:<stack>::<project>::…` */
export const stackOf = ({ urn }: Pick<Seen, "urn">): string => urn.split("::")[0]?.split(":").at(-1) ?? "";

const Binding = z.object({
  name: z.string(),
  type: z.string(),
  text: z.string().nullish(),
  json: z.string().nullish(),
});
export type SeenBinding = z.infer<typeof Binding>;

/** A script's bindings, as far as they are known. */
export const bindingsOf = ({ props }: Seen): SeenBinding[] =>
  z.array(Binding).catch([]).parse(props.bindings);

const Step = z.object({ deletedClasses: z.array(z.string()).nullish() });
const Migrations = Step.extend({ oldTag: z.string().nullish(), steps: z.array(Step).nullish() });

/** Classes that an upload deletes from a script that is there: a first upload has none to delete. */
export function deletedClasses({ props }: Seen): string[] {
  const migrations = Migrations.safeParse(props.migrations).data;
  if (!migrations?.oldTag) return [];
  return [migrations, ...(migrations.steps ?? [])].flatMap((step) => step.deletedClasses ?? []);
}

/** A text property, or undefined when it is absent or not known yet. */
export const textOf = ({ props }: Seen, name: string): string | undefined =>
  z.string().safeParse(props[name]).data;

/** A property inside objects: `at(props, "observability", "logs", "enabled")`. */
export const at = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inside, key) => (typeof inside === "object" && inside !== null ? Reflect.get(inside, key) : undefined),
    value,
  );
