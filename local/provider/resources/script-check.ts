import { createHash } from "node:crypto";
import { missing, notOneOf } from "../inputs.ts";
import type { CheckContext } from "../resource-kind.ts";
import { asList, asProperties, asString, isUnknown, type Properties } from "../values.ts";
import { BINDING_TYPES } from "./script-bindings.ts";

export const sha256 = (content: string | Uint8Array): string =>
  createHash("sha256").update(content).digest("hex");

function contentFailures(inputs: Properties, at: (property: string) => string): string[] {
  const { content, contentFile, contentSha256 } = inputs;
  const combination = "Invalid Attribute Combination.";
  if (content !== undefined && contentFile !== undefined) {
    return [
      `${combination} These attributes cannot be configured together: [content,content_file]. ${at("content")}`,
      `${combination} Attribute "content_file" cannot be specified when "content" is specified. ${at("content")}`,
      `${combination} Attribute "content" cannot be specified when "content_file" is specified. ${at("contentFile")}`,
    ];
  }
  if (content === undefined && contentFile === undefined && inputs.assets === undefined) {
    return [
      "Missing Attribute Configuration. At least one of these attributes must be configured: [content,content_file,assets]",
    ];
  }
  if (contentFile !== undefined && contentSha256 === undefined) {
    const text = 'Attribute "content_sha256" must be specified when "content_file" is specified.';
    return [`${combination} ${text} ${at("contentFile")}`];
  }
  return [];
}

async function hashFailures(inputs: Properties, at: string, context: CheckContext): Promise<string[]> {
  const { content, contentFile, contentSha256: given } = inputs;
  const source = content ?? contentFile;
  if (typeof source !== "string" || typeof given !== "string") return [];
  if (isUnknown(source) || isUnknown(given)) return [];
  let actual: string;
  try {
    actual = sha256(content === undefined ? await context.files.read(source) : source);
  } catch (error) {
    const isAbsent = error instanceof Error && "code" in error && error.code === "ENOENT";
    const reason = isAbsent ? "no such file or directory" : String(error);
    return [
      `Hash Calculation Error. Failed to calculate SHA-256 hash of file '${source}': failed to open file: open ${source}: ${reason}. ${at}`,
    ];
  }
  if (actual === given) return [];
  const origin = content === undefined ? `content_file (${source})` : "content";
  return [
    `SHA-256 Hash Mismatch. The provided SHA-256 hash '${given}' does not match the actual hash '${actual}' of ${origin}. ${at}`,
  ];
}

export function bindingFailures(inputs: Properties, resource: string): string[] {
  return asList(inputs.bindings).flatMap((item, index) => {
    if (isUnknown(item)) return [];
    const { name, type } = asProperties(item);
    const at = `bindings[${index}]`;
    const reasons: string[] = [];
    if (name === undefined)
      reasons.push(missing(`${at}.name`, "A JavaScript variable name for the binding."));
    if (type === undefined) {
      reasons.push(missing(`${at}.type`, "The kind of resource that the binding provides."));
    } else if (!isUnknown(type) && !BINDING_TYPES.some((known) => known === asString(type).toLowerCase())) {
      reasons.push(notOneOf(`${at}.type`, BINDING_TYPES, asString(type), resource, `${at}.type`));
    }
    return reasons;
  });
}

/** The official provider takes `placement` and then uploads without any metadata: better said than repeated. */
const placementFailures = (inputs: Properties): string[] =>
  inputs.placement === undefined
    ? []
    : [
        "'placement' of WorkersScript does not work in the official provider: the upload loses its metadata. Leave it out.",
      ];

/** Why the official provider would refuse these inputs at Check, in its words; and what the stand-in cannot do. */
export async function scriptFailures(inputs: Properties, context: CheckContext): Promise<string[]> {
  const at = (property: string): string => `Examine values at '${context.resource}.${property}'.`;
  const content = contentFailures(inputs, at);
  const hash = content.length > 0 ? [] : await hashFailures(inputs, at("contentSha256"), context);
  return [...content, ...hash, ...bindingFailures(inputs, context.resource), ...placementFailures(inputs)];
}
