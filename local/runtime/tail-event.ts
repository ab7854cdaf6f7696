/** One invocation of a Worker as the runtime reports it, and the filters of `wrangler tail`. Pure. */
import { z } from "zod";

export const tailEventSchema = z.looseObject({
  scriptName: z.string().nullish(),
  outcome: z.string().nullish(),
  eventTimestamp: z.number().nullish(),
  event: z
    .looseObject({
      request: z
        .looseObject({
          url: z.string(),
          method: z.string(),
          headers: z.record(z.string(), z.string()).default({}),
        })
        .optional(),
    })
    .nullish(),
  logs: z.array(z.looseObject({ level: z.string(), message: z.unknown() })).default([]),
  exceptions: z
    .array(
      z.looseObject({
        name: z.string().optional(),
        message: z.string().optional(),
        stack: z.string().optional(),
      }),
    )
    .default([]),
  scriptVersion: z.looseObject({ id: z.string().optional() }).nullish(),
});
export type TailEvent = z.infer<typeof tailEventSchema>;

/** The body of `POST …/tails`. */
export const tailFiltersSchema = z.object({
  filters: z
    .array(
      z.union([
        z.strictObject({ sampling_rate: z.number() }),
        z.strictObject({ outcome: z.array(z.string()) }),
        z.strictObject({ method: z.array(z.string()) }),
        z.strictObject({ header: z.object({ key: z.string(), query: z.string().optional() }) }),
        z.strictObject({ client_ip: z.array(z.string()) }),
        z.strictObject({ query: z.string() }),
        z.strictObject({ scriptVersion: z.string() }),
      ]),
    )
    .default([]),
});
export type TailFilter = z.infer<typeof tailFiltersSchema>["filters"][number];

/** `random` in [0, 1) decides the sampling. */
export function wants(filters: readonly TailFilter[], event: TailEvent, random: number): boolean {
  return filters.every((filter) => passes(filter, event, random));
}

function passes(filter: TailFilter, event: TailEvent, random: number): boolean {
  if ("sampling_rate" in filter) return random < filter.sampling_rate;
  if ("outcome" in filter) return filter.outcome.includes(event.outcome ?? "unknown");
  const request = event.event?.request;
  if ("method" in filter)
    return request !== undefined && filter.method.some((method) => method.toUpperCase() === request.method);
  if ("header" in filter) {
    const value = request?.headers[filter.header.key.toLowerCase()];
    return value !== undefined && (filter.header.query === undefined || value.includes(filter.header.query));
  }
  if ("client_ip" in filter) {
    const address = request?.headers["cf-connecting-ip"];
    return (
      address !== undefined && filter.client_ip.some((wanted) => wanted === address || wanted === "self")
    );
  }
  if ("scriptVersion" in filter) return event.scriptVersion?.id === filter.scriptVersion;
  return event.logs.some((log) => JSON.stringify(log.message).includes(filter.query));
}
