/**
 * The bindings that the local account can give a Worker, in the words of Cloudflare's script metadata.
 * Anything else is refused by name: a Worker must not run here with a binding that silently does nothing.
 */
import { z } from "zod";

const name = z.string().min(1);

export const bindingSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("plain_text"), name, text: z.string() }),
  z.object({ type: z.literal("secret_text"), name, text: z.string() }),
  z.object({ type: z.literal("json"), name, json: z.unknown() }),
  z.object({ type: z.literal("kv_namespace"), name, namespace_id: z.string() }),
  z.object({
    type: z.literal("durable_object_namespace"),
    name,
    class_name: z.string().optional(),
    script_name: z.string().optional(),
    namespace_id: z.string().optional(),
  }),
  z.object({
    type: z.literal("service"),
    name,
    service: z.string(),
    entrypoint: z.string().optional(),
    environment: z.string().optional(),
    props: z.record(z.string(), z.unknown()).optional(),
  }),
  z.object({ type: z.literal("analytics_engine"), name, dataset: z.string().optional() }),
  z.object({
    type: z.literal("ratelimit"),
    name,
    namespace_id: z.string(),
    simple: z.object({ limit: z.number().int().positive(), period: z.union([z.literal(10), z.literal(60)]) }),
  }),
  z.object({ type: z.literal("version_metadata"), name }),
  /** The version's own static assets. */
  z.object({ type: z.literal("assets"), name }),
]);

export type Binding = z.infer<typeof bindingSchema>;

export const BINDING_TYPES: readonly string[] = bindingSchema.options.map(
  (option) => option.shape.type.value,
);

/** Names of other scripts that the bindings point at. */
export function boundScripts(bindings: readonly Binding[]): string[] {
  return bindings.flatMap((binding) => {
    if (binding.type === "service") return [binding.service];
    if (binding.type === "durable_object_namespace" && binding.script_name !== undefined)
      return [binding.script_name];
    return [];
  });
}
