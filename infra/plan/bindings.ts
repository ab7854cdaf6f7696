/** The script's bindings, from the one list that the Worker and the tests share. */
import { BINDINGS, type BindingName, type BindingType, type ChatConfig } from "../../worker/bindings.ts";

/** A binding in the words of the provider's `bindings[]`. `Id` is a text here and an Output in the component. */
export interface ScriptBinding<Id> {
  readonly name: string;
  /** `inherit`: the script keeps what it has under this name. */
  readonly type: BindingType | "inherit";
  readonly className?: string;
  readonly namespaceId?: Id | string;
  readonly dataset?: string;
  readonly simple?: { readonly limit: number; readonly period: number };
  readonly json?: string;
  readonly text?: string;
}

/** Texts of the secret bindings; one that is not set is not bound. */
export type SecretTexts = Readonly<Record<SecretName, string | undefined>>;
export type SecretName = {
  [Name in BindingName]: (typeof BINDINGS)[Name]["type"] extends "secret_text" ? Name : never;
}[BindingName];

export interface BindingValues<Id> {
  readonly kvNamespaceId: Id;
  readonly dataset: string;
  /** Counters of the rate limiter, see `rateLimitNamespace`. */
  readonly rateLimitNamespace: string;
  readonly connectsPerMinute: number;
  readonly chat: ChatConfig;
  /** The bundle's sha-256. */
  readonly version: string;
  readonly secrets: SecretTexts;
  /** Secrets that the script has by other means, and keeps. */
  readonly kept?: readonly SecretName[];
}

/** The platform's limiter counts in windows of 10 or 60 seconds. */
const RATE_LIMIT_PERIOD_S = 60;

type Details<Id> = Omit<ScriptBinding<Id>, "name" | "type">;

function details<Id>(name: BindingName, values: BindingValues<Id>): Details<Id> | undefined {
  switch (name) {
    case "CHAT_ROOM":
    case "ROOM_HUB":
      return { className: BINDINGS[name].className };
    case "DIRECTORY":
      return { namespaceId: values.kvNamespaceId };
    case "ANALYTICS":
      return { dataset: values.dataset };
    case "CONNECT_LIMIT":
      return {
        namespaceId: values.rateLimitNamespace,
        simple: { limit: values.connectsPerMinute, period: RATE_LIMIT_PERIOD_S },
      };
    case "CHAT":
      return { json: JSON.stringify(values.chat) };
    case "VERSION":
      return { text: values.version };
    case "SESSION_KEY":
    case "SESSION_KEY_PREVIOUS":
    case "TICKET_KEY":
    case "ADMIN_TOKEN": {
      const text = values.secrets[name];
      return text === undefined ? undefined : { text };
    }
    default:
      return name satisfies never;
  }
}

/** Names of the list, sorted: in another order the provider leaks one binding's fields into another on refresh. */
const NAMES = (Object.keys(BINDINGS) as BindingName[]).sort(); // Object.keys forgets the key type

/** What the script is bound to, sorted by name; optional secrets only where they are set. */
export function planBindings<Id>(values: BindingValues<Id>): ScriptBinding<Id>[] {
  const kept: readonly string[] = values.kept ?? [];
  return NAMES.flatMap((name): ScriptBinding<Id>[] => {
    if (kept.includes(name)) return [{ name, type: "inherit" }];
    const found = details(name, values);
    return found === undefined ? [] : [{ name, type: BINDINGS[name].type, ...found }];
  });
}

/** Durable Object classes that the script binds, in order of their binding's name. */
export const BOUND_CLASSES: readonly string[] = NAMES.flatMap((name) => {
  const binding = BINDINGS[name];
  return "className" in binding ? [binding.className] : [];
});
