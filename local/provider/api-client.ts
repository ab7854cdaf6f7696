import { setTimeout as sleep } from "node:timers/promises";
import type { Credentials } from "./configuration.ts";
import { HttpError } from "./errors.ts";
import { exchange, type Incoming } from "./http-exchange.ts";
import { encodeForm, type Part } from "./multipart.ts";
import { isRetryable, MAX_RETRIES, retryDelay } from "./retry.ts";
import { asProperties, isObject, type Properties, type Value } from "./values.ts";

export type ApiRequest = {
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Segments after the base URL; each is escaped, so a key may hold a slash. */
  path: readonly string[];
  query?: readonly (readonly [string, string])[];
  json?: Value;
  form?: readonly Part[];
  accept?: string;
  /** A token for this call only: uploads of assets use the one of their session. */
  bearer?: string;
};

/** Time and chance, so that tests need not wait for retries. */
export type Clock = {
  now(): number;
  random(): number;
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
};

export const systemClock: Clock = {
  now: Date.now,
  random: Math.random,
  wait: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }),
};

/** The headers by which the official provider is known on the wire. */
const IDENTITY = {
  "user-agent":
    "terraform-provider-cloudflare/pulumi terraform-plugin-framework/1.19.0 terraform/pulumi-terraform-bridge",
  "x-stainless-lang": "Terraform",
  "x-stainless-package-version": "pulumi",
  "x-stainless-runtime": "terraform-plugin-framework",
  "x-stainless-runtime-version": "1.19.0",
};

/** Escapes one path segment as Go's `url.PathEscape` does, which leaves `$&+:=@` as they are. */
export const pathSegment = (text: string): string =>
  encodeURIComponent(text)
    .replace(/%(24|26|2B|3A|3D|40)/g, (escaped) => decodeURIComponent(escaped))
    .replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);

export class ApiClient {
  readonly #base: string;
  readonly #credentials: Credentials;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;

  constructor(baseUrl: string, credentials: Credentials, clock: Clock, signal: AbortSignal) {
    this.#base = baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`;
    this.#credentials = credentials;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** The parsed answer of a call; `{}` for a body that is not JSON, which counts as success like everything below 400. */
  async call(request: ApiRequest): Promise<Properties> {
    return asProperties(parsed((await this.raw(request)).body));
  }

  /** @throws HttpError when the last attempt failed, with the text of the official provider. */
  async raw(request: ApiRequest): Promise<Incoming> {
    const url = this.#url(request);
    for (let retry = 0; ; retry += 1) {
      const outcome = await this.#attempt(request, url, retry);
      const isLast = retry === MAX_RETRIES;
      if (outcome instanceof Error) {
        if (isLast || this.#signal.aborted) throw new HttpError(transportText(request.method, url, outcome));
        await this.#pause(request, url, retry + 1, {});
      } else if (outcome.status < 400) {
        return outcome;
      } else if (isLast || !isRetryable(outcome.status, outcome.headers)) {
        throw new HttpError(statusText(request.method, url, outcome), outcome.status);
      } else {
        await this.#pause(request, url, retry + 1, outcome.headers);
      }
    }
  }

  #url(request: ApiRequest): URL {
    const url = new URL(request.path.map(pathSegment).join("/"), this.#base);
    for (const [name, value] of request.query ?? []) url.searchParams.append(name, value);
    return url;
  }

  async #attempt(request: ApiRequest, url: URL, retry: number): Promise<Incoming | Error> {
    const headers: Record<string, string> = {
      ...IDENTITY,
      ...authorization(this.#credentials, request.bearer),
      accept: request.accept ?? "application/json",
      "x-stainless-retry-count": String(retry),
    };
    const form = request.form === undefined ? undefined : encodeForm(request.form);
    if (form !== undefined) headers["content-type"] = form.contentType;
    else if (request.json !== undefined) headers["content-type"] = "application/json";
    const json = request.json === undefined ? undefined : Buffer.from(JSON.stringify(request.json));
    const body = form?.body ?? json;
    try {
      return await exchange(
        { method: request.method, url, headers, ...(body === undefined ? {} : { body }) },
        this.#signal,
      );
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #pause(request: ApiRequest, url: URL, retry: number, headers: Incoming["headers"]): Promise<void> {
    const delay = retryDelay(retry, headers, this.#clock.now(), this.#clock.random());
    try {
      await this.#clock.wait(delay, this.#signal);
    } catch (error) {
      throw new HttpError(transportText(request.method, url, error instanceof Error ? error : new Error()));
    }
  }
}

function authorization(credentials: Credentials, bearer: string | undefined): Record<string, string> {
  if (bearer !== undefined) return { authorization: `Bearer ${bearer}` };
  const headers: Record<string, string> = {};
  if (credentials.apiToken !== undefined) headers.authorization = `Bearer ${credentials.apiToken}`;
  if (credentials.apiKey !== undefined) headers["x-auth-key"] = credentials.apiKey;
  if (credentials.email !== undefined) headers["x-auth-email"] = credentials.email;
  return headers;
}

export function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function statusText(method: string, url: URL, answer: Incoming): string {
  const body = isObject(parsed(answer.body)) ? answer.body.toString() : "";
  return `${method} "${url}": ${answer.status} ${answer.statusText} ${body}`;
}

function transportText(method: string, url: URL, error: Error): string {
  const code = "code" in error ? error.code : undefined;
  const known: Record<string, string> = {
    ECONNREFUSED: `dial tcp ${url.host}: connect: connection refused`,
    ECONNRESET: "EOF",
    ABORT_ERR: "context canceled",
  };
  const reason = (typeof code === "string" ? known[code] : undefined) ?? error.message;
  return `${method[0]}${method.slice(1).toLowerCase()} "${url}": ${reason}`;
}
