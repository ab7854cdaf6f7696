/** Physical names: what things are called in the Cloudflare account. Pure, so that two machines agree. */

/** A Worker's name is also a DNS label of its workers.dev address. */
export const SCRIPT_NAME_BUDGET = 63;
/** Cloudflare's limit for the title of a KV namespace. */
export const KV_TITLE_BUDGET = 512;
/** An Analytics Engine dataset is used like a table's name; kept as short as the script it belongs to. */
export const DATASET_BUDGET = 63;

/** 32-bit FNV-1a: short, stable and good enough to tell cut names apart. Not for secrets. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

interface NameShape {
  /** Longest result, in characters. */
  readonly budget: number;
  /** Stands between words; every character that is no letter or digit becomes it. */
  readonly separator: "-" | "_";
}

/**
 * The parts as one lower-case name. One that would not fit is cut and ends in a hash of the whole, so that two long names
 * with the same beginning stay different.
 */
export function physicalName(parts: readonly string[], { budget, separator }: NameShape): string {
  const trimmed = new RegExp(`^${separator}+|${separator}+$`, "g");
  const whole = parts
    .map((part) =>
      part
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, separator)
        .replace(trimmed, ""),
    )
    .filter((part) => part !== "")
    .join(separator);
  if (whole.length <= budget) return whole;
  const tail = fnv1a(parts.join("\0")).toString(36);
  return `${whole.slice(0, budget - tail.length - 1).replace(trimmed, "")}${separator}${tail}`;
}

export const scriptNameFor = (stack: string): string =>
  physicalName(["edge-chat", stack], { budget: SCRIPT_NAME_BUDGET, separator: "-" });

export const kvTitleFor = (scriptName: string): string =>
  physicalName([scriptName, "directory"], { budget: KV_TITLE_BUDGET, separator: "-" });

export const datasetFor = (scriptName: string): string =>
  physicalName([scriptName], { budget: DATASET_BUDGET, separator: "_" });

/** Logical name of a route's resource: readable in a preview, distinct for patterns that read alike. */
export const routeResourceName = (component: string, pattern: string): string =>
  `${component}-route-${physicalName([pattern], { budget: 40, separator: "-" })}-${fnv1a(pattern).toString(36)}`;

/**
 * The id of the rate limiter's counters: a positive integer, shared by every Worker of the account that names it. One per
 * script, so that two stacks in an account do not count into each other.
 */
export const rateLimitNamespace = (scriptName: string): string =>
  String((fnv1a(scriptName) % 0x7fffffff) + 1);
