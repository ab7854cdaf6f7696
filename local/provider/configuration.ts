import { isIP } from "node:net";
import { asString, isUnknown, type Properties, secret } from "./values.ts";

export type Credentials = { apiToken?: string; apiKey?: string; email?: string };
export type Configuration = { baseUrl: string; credentials: Credentials };

const CLOUDFLARE_URL = "https://api.cloudflare.com/client/v4";
const TOKEN = /^[0-9A-Za-z\-_]{40,80}$/;
const SECRETS = ["apiToken", "apiKey", "apiUserServiceKey"];

const invalid = (name: string, resource: string, reason: string): string =>
  `could not validate provider configuration: ${reason} Examine values at '${resource}.${name}'.`;

/** The reasons to refuse a provider's inputs, in the official provider's words. `resource` is the provider's logical name. */
export function configurationFailures(inputs: Properties, resource: string): string[] {
  const { apiToken, apiKey, email } = inputs;
  const reasons: string[] = [];
  if (apiToken !== undefined && !isUnknown(apiToken) && !TOKEN.test(asString(apiToken))) {
    const text =
      "Invalid Attribute Value. Attribute api_token API tokens must only contain characters a-z, A-Z, 0-9, hyphens and underscores.";
    reasons.push(invalid("apiToken", resource, text));
  }
  if (apiKey !== undefined && email === undefined) {
    const text =
      'Invalid Attribute Combination. Attribute "email" must be specified when "api_key" is specified.';
    reasons.push(invalid("apiKey", resource, text));
  }
  return reasons;
}

/** The inputs with their credentials marked secret. */
export function markedConfiguration(inputs: Properties): Properties {
  const marked = { ...inputs };
  for (const name of SECRETS) {
    const value = marked[name];
    if (value !== undefined && value !== null) marked[name] = secret(value);
  }
  return marked;
}

function isLoopback(url: URL): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

/**
 * The configuration of one connection. The environment is never read: this process is not the user's
 * shell, so its CLOUDFLARE_API_TOKEN could be that of another account.
 *
 * @throws Error when `baseUrl` is not a loopback address: the real Cloudflare is for the official plugin.
 */
export function configuration(inputs: Properties): Configuration {
  const baseUrl = asString(inputs.baseUrl) || CLOUDFLARE_URL;
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || !isLoopback(url)) {
    throw new Error(
      `cloudflare:baseUrl is ${JSON.stringify(baseUrl)}, but this provider is the stand-in of the local account and answers ` +
        "for loopback addresses only (http://127.0.0.1:<port>/client/v4). For any other address the official plugin is needed: " +
        "unset PULUMI_DEBUG_PROVIDERS and run `pulumi plugin install resource cloudflare 6.22.1`. For the local account set it " +
        "in the stack's config, as an environment variable does not reach this process: `pulumi config set cloudflare:baseUrl <url>`.",
    );
  }
  const credentials: Credentials = {};
  if (inputs.apiToken !== undefined) credentials.apiToken = asString(inputs.apiToken);
  if (inputs.apiKey !== undefined) credentials.apiKey = asString(inputs.apiKey);
  if (inputs.email !== undefined) credentials.email = asString(inputs.email);
  return { baseUrl, credentials };
}
