/** Patterns seen lately: a query asks for one pattern once a row. */
const known = new Map<string, RegExp>();
const KNOWN_PATTERNS = 100;

/** `%` is any text, `_` any one character, a backslash takes the next character as it is. */
export function likePattern(pattern: string, ignoreCase: boolean): RegExp {
  const key = `${ignoreCase ? "i" : "c"}${pattern}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const source = pattern.replace(
    /\\([\s\S])|([%_])|([.*+?^${}()|[\]\\/-])/g,
    (_, escaped?: string, wildcard?: string, special?: string) => {
      if (wildcard !== undefined) return wildcard === "%" ? ".*" : ".";
      const literal = escaped ?? special ?? "";
      return /\w/.test(literal) ? literal : `\\${literal}`;
    },
  );
  const made = new RegExp(`^${source}$`, ignoreCase ? "is" : "s");
  if (known.size >= KNOWN_PATTERNS) known.clear();
  known.set(key, made);
  return made;
}
