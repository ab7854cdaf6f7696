/**
 * Failures on purpose, for tests of what clients do then: at the n-th call that matches, the API answers wrongly, late
 * or not at all. Set over `/__local/faults` with the account's token. Nothing here happens by itself.
 */
import { z } from "zod";

export const faultSchema = z.strictObject({
  /** HTTP method, or `*`. */
  method: z.string().default("*"),
  /** Regular expression over the path below `/client/v4`. */
  path: z.string(),
  /** The how-manieth matching call, 1 being the next one. */
  nth: z.number().int().positive().default(1),
  /** How many calls in a row from there. */
  times: z.number().int().positive().default(1),
  action: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("status"),
      status: z.number().int().min(400).max(599),
      /** Cloudflare's code in the answer, such as 10079 for a migration tag that is not the expected one. */
      code: z.number().int().default(10013),
      retryAfterSeconds: z.number().optional(),
    }),
    /** An answer as it is given here, whatever it says: success that is none, or no JSON. */
    z.strictObject({
      kind: z.literal("answer"),
      status: z.number().int().min(200).max(599),
      body: z.string(),
      headers: z.record(z.string(), z.string()).default({}),
    }),
    /** No answer until the client gives up. */
    z.strictObject({ kind: z.literal("hang") }),
    /** The connection is cut. */
    z.strictObject({ kind: z.literal("reset") }),
  ]),
  /** Whether the call is carried out before the failure. */
  when: z.enum(["before", "after"]).default("before"),
});
export type Fault = z.infer<typeof faultSchema>;

/** What happened since faults were last set. */
export interface FaultReport {
  /** How many calls a fault was carried out on: after the call's effect, where that was asked for. */
  readonly met: number;
  /** The calls in the order they came, the last ones of very many. */
  readonly calls: readonly { readonly method: string; readonly path: string }[];
}

/** Enough for any deployment; the record must not grow for ever. */
const RECORDED_CALLS = 1_000;

export class Faults {
  #armed: { fault: Fault; seen: number }[] = [];
  #met = 0;
  #calls: { method: string; path: string }[] = [];

  arm(faults: readonly Fault[]): void {
    this.#armed = faults.map((fault) => ({ fault, seen: 0 }));
    this.#met = 0;
    this.#calls = [];
  }

  report(): FaultReport {
    return { met: this.#met, calls: this.#calls };
  }

  /** A fault is carried out now. */
  acted(): void {
    this.#met++;
  }

  /** Counts the call; the fault it meets, if any. */
  meet(method: string, path: string): Fault | undefined {
    let met: Fault | undefined;
    this.#calls.push({ method, path });
    if (this.#calls.length > RECORDED_CALLS) this.#calls.shift();
    for (const armed of this.#armed) {
      const { fault } = armed;
      if (fault.method !== "*" && fault.method !== method) continue;
      if (!new RegExp(fault.path).test(path)) continue;
      armed.seen++;
      if (armed.seen >= fault.nth && armed.seen < fault.nth + fault.times) met ??= fault;
    }
    return met;
  }
}
