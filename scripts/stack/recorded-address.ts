import * as z from "zod";

const State = z.object({
  deployment: z.object({
    resources: z
      .array(z.object({ type: z.string(), inputs: z.record(z.string(), z.unknown()).optional() }))
      .nullish(),
  }),
});

/**
 * The API addresses that an exported state's Cloudflare providers were recorded with. `refresh` and `destroy` use these,
 * not the stack file's, unless they run the program first: after the account moved to another port they would retry an
 * address where nothing answers for three minutes, and fail.
 */
export function recordedAddresses(exported: string): string[] {
  const resources = State.parse(JSON.parse(exported)).deployment.resources ?? [];
  return resources.flatMap(({ type, inputs }) =>
    type === "pulumi:providers:cloudflare" && typeof inputs?.baseUrl === "string" ? [inputs.baseUrl] : [],
  );
}
