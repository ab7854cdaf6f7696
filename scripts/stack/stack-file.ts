import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { homeFolder, localFolder } from "../toolchain/places.ts";

/** A stack's settings file, `Pulumi.<stack>.yaml`. */
export const stackFile = (stack: string): string => path.join(homeFolder, `Pulumi.${stack}.yaml`);

let last: { text: string; config: Readonly<Record<string, unknown>> } | undefined;

/** The settings of a stack file, read once as long as the text stays the same: the parser is slow. */
function settingsIn(text: string): Readonly<Record<string, unknown>> {
  if (last?.text !== text) last = { text, config: parseDocument(text).toJS()?.config ?? {} };
  return last.config;
}

/** A plain setting of a stack; undefined when it is not set, or set as a secret. */
export function plainSetting(text: string, key: string): string | undefined {
  const value = settingsIn(text)[key];
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** Whether a setting is there at all, plain or secret. */
export const hasSetting = (text: string, key: string): boolean => key in settingsIn(text);

/** The text with these plain settings; comments and everything else stay. */
export function withPlainSettings(text: string, settings: Record<string, string>): string {
  const document = parseDocument(text);
  for (const [key, value] of Object.entries(settings))
    if (document.getIn(["config", key]) !== value) document.setIn(["config", key], value);
  return document.toString({ lineWidth: 0 });
}

/** The text without secrets and their salt: what is left when the passphrase is lost. */
export function withoutSecrets(text: string): string {
  const document = parseDocument(text);
  document.delete("encryptionsalt");
  const settings: unknown = document.toJS().config;
  for (const [key, value] of Object.entries(settings ?? {}))
    if (typeof value === "object" && value !== null && "secure" in value) document.deleteIn(["config", key]);
  return document.toString({ lineWidth: 0 });
}

export const readStackFile = (stack: string): string =>
  existsSync(stackFile(stack)) ? readFileSync(stackFile(stack), "utf8") : "";

/** Replaces the file in one step, so that a killed command leaves the old one or the new one. */
export function writeStackFile(stack: string, text: string): void {
  mkdirSync(localFolder, { recursive: true, mode: 0o700 });
  const staged = path.join(localFolder, `stack-file.staging-${process.pid}`);
  writeFileSync(staged, text, { mode: 0o600 });
  renameSync(staged, stackFile(stack));
}
