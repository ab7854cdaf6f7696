import type { ApiClient } from "./api-client.ts";
import { HttpError } from "./errors.ts";
import { asString, type Properties, type Value } from "./values.ts";

/** One property of a resource, as the official provider's schema has it. */
export type Attribute = {
  type: "string" | "boolean" | "number" | "list" | "object";
  /** Set for a property that a program must give; the text is the schema's description, shown when it is missing. */
  required?: string;
  /** The only values allowed. */
  oneOf?: readonly string[];
  /** A change replaces the resource. */
  replaces?: true;
  /** Named among the reasons to replace also when only what the cloud sets inside it may change. */
  blamed?: true;
  /** The value when the program gives none. */
  fallback?: Value;
  /** The cloud sets it (when the program does not); `kept` stays through updates, `fresh` may change with each. */
  computed?: "kept" | "fresh";
  /** The cloud alone sets it: not an input. */
  output?: true;
  /** An input of provider 6.22.1 whose HTTP calls were never recorded: refused rather than guessed or dropped. */
  unmodelled?: true;
  /** A list whose order means nothing. */
  unordered?: true;
};

/** What a program's inputs and the last state come to; values of which only the cloud knows are UNKNOWN. */
export type Plan = Properties;

/** What Check asks besides types and required properties. `reason` carries the whole text. */
export type CheckContext = { resource: string; files: Files };

/** The files a program names. Paths are relative to the program's folder, which an attached provider is not told. */
export type Files = {
  read(path: string): Promise<Buffer>;
};

/** One resource type: its properties, and the HTTP calls behind create, read, update and delete. */
export type ResourceKind = {
  token: string;
  attributes: Record<string, Attribute>;
  /** Names the segments of an import id, `<account_id>/<script_name>`. */
  importId: string;
  /** The property that each segment fills; the last may be `id`. */
  importInto: readonly string[];
  /** The property that is also the resource's `id`; without it the id is that of the API's answer. */
  namedBy?: "scriptName" | "keyName";
  /** The property by which the engine knows the resource, where the official provider takes another than `id`. */
  engineId?: "accountId";
  /** A warning that the official provider prints with each create and update. */
  warning?: { summary: string; detail: string };
  failures?(inputs: Properties, context: CheckContext): Promise<string[]>;
  /** Reads what the inputs point at, before anything is planned. */
  prepare?(inputs: Properties, files: Files): Promise<Properties>;
  /** Fills defaults inside nested values and carries over what the cloud set there, before plan and state are compared. */
  settle?(plan: Plan, state: Properties | undefined): void;
  /** Marks what the cloud sets inside nested values as UNKNOWN, once it is sure that a call will be made. */
  unsettle?(plan: Plan): void;
  /** Marks secrets in inputs and outputs. */
  conceal?(properties: Properties): Properties;
  /** Creates and returns the `result` of the API's answer. */
  create(api: ApiClient, plan: Plan, files: Files): Promise<Value | undefined>;
  /** The state as the cloud has it now. @throws GoneError when the resource is no more. */
  read(api: ApiClient, id: string, state: Properties): Promise<Properties>;
  /** The first call of an import, where it is not a read: it must fail when there is nothing to import. */
  beginImport?(api: ApiClient, state: Properties): Promise<void>;
  /** Of what an import found, that which a program would give. */
  asGiven?(inputs: Properties): Properties;
  /** Updates and returns the `result` of the API's answer. */
  update(api: ApiClient, id: string, plan: Plan, files: Files): Promise<Value | undefined>;
  /** Missing where the official provider makes no call to delete. A 404 is an error. */
  remove?(api: ApiClient, id: string, state: Properties): Promise<void>;
};

/** A path segment that a call cannot do without. @throws HttpError naming the API's parameter. */
export function pathParameter(properties: Properties, name: string, parameter: string): string {
  const value = asString(properties[name]);
  if (value === "") throw new HttpError(`missing required ${parameter} parameter`);
  return value;
}

export const accountOf = (properties: Properties): string =>
  pathParameter(properties, "accountId", "account_id");
