/** The `metadata` part of an upload. Keys that would change what runs and are not supported are refused by name. */
import { z } from "zod";
import { invalidBody, scriptInvalid, scriptUnsupported } from "../cloudflare-errors.ts";
import { assetConfigSchema } from "../state/assets.ts";
import { BINDING_TYPES, type Binding, bindingSchema } from "../state/binding.ts";
import { migrationsSchema } from "../state/migrations.ts";

/** A binding taken over from the previous version, by its own or by another name. */
const inheritSchema = z.object({
  type: z.literal("inherit"),
  name: z.string().min(1),
  old_name: z.string().optional(),
  version_id: z.string().optional(),
});
export type GivenBinding = Binding | z.infer<typeof inheritSchema>;

/** Keys that are null count as absent. */
const givenAssetConfigSchema = z
  .record(z.string(), z.unknown())
  .transform((config) => Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null)))
  .pipe(z.strictObject(assetConfigSchema.shape));

const metadataSchema = z.object({
  main_module: z.string().optional(),
  body_part: z.string().optional(),
  bindings: z.array(z.looseObject({ type: z.string(), name: z.string() })).default([]),
  compatibility_date: z.string().optional(),
  compatibility_flags: z.array(z.string()).nullish(),
  usage_model: z.string().nullish(),
  limits: z.record(z.string(), z.unknown()).nullish(),
  /** Without effect here. */
  placement: z.record(z.string(), z.unknown()).nullish(),
  annotations: z.record(z.string(), z.string().nullish()).nullish(),
  migrations: migrationsSchema.nullish(),
  keep_bindings: z.array(z.string()).nullish(),
  tags: z.array(z.string()).nullish(),
  logpush: z.boolean().nullish(),
  observability: z.record(z.string(), z.unknown()).nullish(),
  tail_consumers: z.array(z.record(z.string(), z.unknown())).nullish(),
  assets: z.object({ jwt: z.string().optional(), config: givenAssetConfigSchema.nullish() }).nullish(),
  keep_assets: z.boolean().nullish(),
});
export type Metadata = Omit<z.infer<typeof metadataSchema>, "bindings"> & {
  readonly bindings: readonly GivenBinding[];
};

/** Without effect here, and without effect on what the Worker does. */
const HARMLESS = new Set(["package_dependencies", "cache_options", "code_update_strategy"]);

export function parseMetadata(json: string): Metadata {
  const raw = parseJson(json, "metadata");
  const parsed = metadataSchema.safeParse(raw);
  if (!parsed.success) throw scriptInvalid(`metadata: ${z.prettifyError(parsed.error)}`);
  const known = new Set([...Object.keys(metadataSchema.shape), ...HARMLESS]);
  for (const [key, value] of Object.entries(z.record(z.string(), z.unknown()).parse(raw)))
    if (!known.has(key) && !isEmpty(value)) throw scriptUnsupported(`metadata '${key}'`);
  const bindings = parsed.data.bindings.map(parseBinding);
  const names = new Set<string>();
  for (const { name } of bindings) {
    if (names.has(name)) throw scriptInvalid(`binding name '${name}' is used more than once`);
    names.add(name);
  }
  return { ...parsed.data, bindings };
}

export function parseBinding(raw: { type: string; name: string }): GivenBinding {
  if (raw.type === "inherit") return inheritSchema.parse(raw);
  if (!BINDING_TYPES.includes(raw.type))
    throw scriptUnsupported(
      `binding '${raw.name}' of type '${raw.type}'. Supported: ${[...BINDING_TYPES, "inherit"].join(", ")}`,
    );
  const parsed = bindingSchema.safeParse(raw);
  if (!parsed.success)
    throw scriptInvalid(`binding ${raw.name} of type ${raw.type}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export function parseJson(json: string, what: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw invalidBody(`${what} is not JSON`);
  }
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0);
