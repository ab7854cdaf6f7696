/** A property value as the Pulumi engine sends it: JSON, plus two marks of its own, unknown and secret. */
export type Value = null | boolean | number | string | Value[] | Properties;
export type Properties = { [name: string]: Value | undefined };

/** What the engine sends in a preview for a value that only the real run will know. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export const isObject = (value: unknown): value is Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Narrows parsed JSON of any origin to a value; what JSON cannot hold cannot come out of it. */
export const asProperties = (value: unknown): Properties => (isObject(value) ? value : {});

export const asString = (value: Value | undefined): string => (typeof value === "string" ? value : "");

export const asList = (value: Value | undefined): Value[] => (Array.isArray(value) ? value : []);

export const isUnknown = (value: Value | undefined): boolean => value === UNKNOWN;

export const containsUnknown = (value: Value | undefined): boolean =>
  isUnknown(value) ||
  (Array.isArray(value) && value.some(containsUnknown)) ||
  (isObject(value) && Object.values(value).some(containsUnknown));

/** The value without what only the cloud knows. */
export function withoutUnknown(value: Value): Value {
  if (Array.isArray(value)) return value.filter((item) => !isUnknown(item)).map(withoutUnknown);
  if (!isObject(value)) return value;
  const known = Object.entries(value).filter(([, inner]) => !isUnknown(inner));
  return Object.fromEntries(known.map(([name, inner]) => [name, withoutUnknown(inner ?? null)]));
}

/** Marks a value so that the engine encrypts it in state and hides it in its output. */
export const secret = (value: Value): Properties => ({ [SIGNATURE]: SECRET, value });

const isSecret = (value: Value): value is Properties => isObject(value) && value[SIGNATURE] === SECRET;

/** The value without any secret marks: what goes to the API. */
export function plain(value: Value): Value {
  if (isSecret(value)) return plain(value.value ?? null);
  if (Array.isArray(value)) return value.map(plain);
  return isObject(value) ? plainProperties(value) : value;
}

export function plainProperties(properties: Properties): Properties {
  const result: Properties = {};
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined && value !== null) result[name] = plain(value);
  }
  return result;
}

/** Structural equality, where a missing property, `undefined` and `null` are the same. */
export function same(a: Value | undefined, b: Value | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => same(item, b[index]));
  }
  if (isObject(a) && isObject(b)) {
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => same(a[name], b[name]));
  }
  return (a ?? null) === (b ?? null);
}
