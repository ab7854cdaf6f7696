/** Explains what is wrong with a stack's settings: where, which value, what is allowed, and the command that corrects it. */
import * as z from "zod";
import type { Note } from "./settings-rules.ts";
import { isSecretSetting, SETTINGS } from "./settings-table.ts";

export type SettingPath = readonly (string | number)[];

export interface Mistake {
  /** As the CLI writes it: `limits.messagesPerMinute`, `regions[0]`. */
  readonly path: string;
  /** As JSON; never a secret's. Undefined: the value is not shown. */
  readonly value?: string;
  readonly allowed: string;
  readonly example?: string;
  readonly command: string;
}

const NOTE = z.object({
  doc: z.string(),
  allowed: z.string(),
  example: z.union([z.string(), z.number(), z.boolean()]),
});

/** The schema inside wrappers that change no path. */
function bare(schema: z.ZodType | z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodPipe) return bare(schema.out);
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault)
    return bare(schema.unwrap());
  return schema;
}

const noteOf = (schema: z.core.$ZodType): Note | undefined =>
  NOTE.safeParse(z.globalRegistry.get(schema)).data ?? undefined;

/** The explanation that stands closest to a path: the value's own, or that of what it lies in. */
export function noteAt(path: SettingPath): Note | undefined {
  const [name = "", ...rest] = path.map(String);
  let schema: z.core.$ZodType | undefined = Object.entries(SETTINGS).find(([key]) => key === name)?.[1];
  let note = schema && noteOf(schema);
  for (const step of rest) {
    const inside: z.core.$ZodType | undefined = schema && bare(schema);
    if (inside instanceof z.ZodArray) schema = inside.element;
    else if (inside instanceof z.ZodObject) schema = inside.shape[step];
    else return note;
    if (schema === undefined) return note;
    note = noteOf(schema) ?? noteOf(bare(schema)) ?? note;
  }
  return note;
}

export const pathText = (path: SettingPath): string =>
  path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join("");

const quoted = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text}'`);

/** The values inside an example, each with its path: the CLI sets lists and objects one value at a time. */
function leaves(path: SettingPath, value: unknown): { path: SettingPath; text: string }[] {
  if (Array.isArray(value)) return value.flatMap((inside, index) => leaves([...path, index], inside));
  if (typeof value !== "object" || value === null) return [{ path, text: String(value) }];
  return Object.entries(value).flatMap(([key, inside]) => leaves([...path, key], inside));
}

function setCommand(path: SettingPath, example: string, stack: string): string {
  const name = String(path[0]);
  const run = "npm run pulumi -- config set";
  if (isSecretSetting(name)) return `${run} --secret ${name} ${example} --stack ${stack}`;
  const value: unknown = /^[[{]/.test(example) ? JSON.parse(example) : example;
  return leaves(path, value)
    .map((leaf) => {
      const flag = leaf.path.length > 1 ? " --path" : "";
      return `${run}${flag} ${quoted(pathText(leaf.path))} ${quoted(leaf.text)} --stack ${stack}`;
    })
    .join(" && ");
}

/** A value that is missing or not allowed. `why` is added where the rule is not the value's own. */
export function wrongValue(path: SettingPath, value: unknown, stack: string, why?: string): Mistake {
  const note = noteAt(path);
  const example = String(note?.example ?? "");
  const secret = isSecretSetting(String(path[0]));
  const shown = value === undefined ? "not set" : JSON.stringify(value);
  return {
    path: pathText(path),
    ...(secret && value !== undefined ? {} : { value: shown }),
    allowed: [why, note?.allowed].filter((part) => part !== undefined).join("; "),
    ...(secret ? {} : { example }),
    command: setCommand(path, example, stack),
  };
}

/** Edit distance, for "did you mean". */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, char] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(
        Math.min((row[j] ?? 0) + (char === other ? 0 : 1), (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

/** A key that no setting has. Its value is not shown: it may be a secret under a misspelt name. */
export function unknownKey(path: SettingPath, known: readonly string[], stack: string): Mistake {
  const key = String(path.at(-1));
  const near = known
    .map((name) => ({ name, far: distance(key.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)[0];
  const guess = near !== undefined && near.far <= Math.max(2, key.length / 3) ? near.name : undefined;
  const flag = path.length > 1 ? " --path" : "";
  return {
    path: pathText(path),
    allowed: `no such setting${guess === undefined ? "" : `; did you mean ${guess}?`} (there are: ${known.join(", ")})`,
    command: `npm run pulumi -- config rm${flag} ${quoted(pathText(path))} --stack ${stack}`,
  };
}

/** One error message for all mistakes. */
export function mistakeLines(mistakes: readonly Mistake[], stack: string): string[] {
  const many = mistakes.length === 1 ? "1 setting is" : `${mistakes.length} settings are`;
  return [
    `${many} wrong in stack ${stack} (Pulumi.${stack}.yaml; docs/settings.md explains each):`,
    ...mistakes.flatMap(({ path, value, allowed, example, command }) => [
      `  edge-websocket-chat:${path}${value === undefined ? "" : value === "not set" ? " is not set" : ` is ${value}`}`,
      `    allowed: ${allowed}${example === undefined || example === "" ? "" : `; for example ${example}`}`,
      `    ${command}`,
    ]),
  ];
}
