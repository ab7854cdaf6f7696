/** Does an answer fit a recorded one: every recorded field there, of the same type, with the same value. */

import { z } from "zod";

const keySchema = z.union([
  z.object({ name: z.string(), cron: z.undefined().optional() }),
  z.object({ cron: z.string(), name: z.undefined().optional() }),
]);

/** Fields whose values differ from account to account: only the type counts. */
const VOLATILE = new Set(
  "id tag etag created_on modified_on activated_on cert_id namespace_id startup_time_ms deployment_id name_servers permissions jwt pipeline_hash last_deployed_from available_on_subdomain deployed_on updated_on source author_email workers/triggered_by".split(
    " ",
  ),
);

/** One line for each field that does not fit; `path` names it. */
export function misfits(recorded: unknown, actual: unknown, path = "result", field = ""): string[] {
  if (recorded === null)
    return actual === null || actual === undefined ? [] : [wrong(path, recorded, actual)];
  if (typeof recorded !== "object" || typeof actual !== "object" || actual === null) {
    const same =
      VOLATILE.has(field) || path.endsWith(".account.name")
        ? typeof recorded === typeof actual
        : recorded === actual;
    return same ? [] : [wrong(path, recorded, actual)];
  }
  if (Array.isArray(recorded)) {
    if (!Array.isArray(actual)) return [wrong(path, recorded, actual)];
    if (VOLATILE.has(field)) return [];
    if (actual.length !== recorded.length) return [wrong(path, recorded, actual)];
    const [wanted, found] = [inOrder(recorded), inOrder(actual)];
    return wanted.flatMap((item, index) => misfits(item, found[index], `${path}[${index}]`, field));
  }
  const fields = new Map(Object.entries(actual));
  return Object.entries(recorded).flatMap(([name, value]) =>
    misfits(value, fields.get(name), `${path}.${name}`, name),
  );
}

/** Handlers, bindings and schedules are sets: by name or by cron. */
function inOrder(list: readonly unknown[]): unknown[] {
  const keyed = list.flatMap((item) => {
    const { success, data } = keySchema.safeParse(item);
    return success ? [{ key: data.name ?? data.cron ?? "", item }] : [];
  });
  if (keyed.length < list.length) return [...list];
  return keyed.sort((left, right) => (left.key < right.key ? -1 : 1)).map(({ item }) => item);
}

const wrong = (path: string, recorded: unknown, actual: unknown): string =>
  `${path}: ${JSON.stringify(recorded)} was recorded, ${JSON.stringify(actual)} came`;
