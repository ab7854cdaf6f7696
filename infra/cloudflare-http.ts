/** Cloudflare's management API for what no provider resource does: versions, deployments, the code of old versions. */
import * as z from "zod";

export const PUBLIC_API = "https://api.cloudflare.com/client/v4";
/** Uploads take a few seconds of start-up checks; anything longer is a lost answer. */
const TIMEOUT_MS = 30_000;
/** Cloudflare's limit is 1200 calls in five minutes; what does not pass after this many tries needs a person. */
const ATTEMPTS = 4;
const RETRY_MS = 1_000;
/** A server that asks for more than this is told about instead of waited for. */
const LONGEST_WAIT_MS = 60_000;

const Envelope = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number(), message: z.string() })).default([]),
  result: z.unknown(),
});

/** The API's refusal, in its own words. */
export class ApiRefusal extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Cloudflare's codes, such as 10007. */
  readonly codes: readonly number[];

  constructor(message: string, status: number, codes: readonly number[]) {
    super(message);
    this.status = status;
    this.codes = codes;
  }
}

/** Calls below `/client/v4`. A passing failure (429, 5xx, a lost answer) is tried again: each call may be repeated. */
export interface CloudflareHttp {
  /** @throws {ApiRefusal} */
  get<T>(path: string, shape: z.ZodType<T>): Promise<T>;
  /**
   * @param body JSON, or a form.
   * @throws {ApiRefusal}
   */
  send<T>(method: "POST" | "PUT" | "DELETE", path: string, body: unknown, shape: z.ZodType<T>): Promise<T>;
}

export function cloudflareHttp({ apiUrl, apiToken }: { apiUrl: string; apiToken: string }): CloudflareHttp {
  const call = async <T>(method: string, path: string, body: unknown, shape: z.ZodType<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await ask(`${apiUrl}${path}`, { method, body, apiToken });
      if ("result" in answer) return shape.parse(answer.result);
      const { refusal, waitMs = RETRY_MS * attempt } = answer;
      const passing = refusal.status === 0 || refusal.status === 429 || refusal.status >= 500;
      if (!passing || attempt === ATTEMPTS || waitMs > LONGEST_WAIT_MS) throw refusal;
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  };
  return {
    get: (path, shape) => call("GET", path, undefined, shape),
    send: (method, path, body, shape) => call(method, path, body, shape),
  };
}

interface Asked {
  readonly method: string;
  readonly body: unknown;
  readonly apiToken: string;
}
type Answer = { result: unknown } | { refusal: ApiRefusal; waitMs?: number | undefined };

async function ask(url: string, { method, body, apiToken }: Asked): Promise<Answer> {
  const isForm = body instanceof FormData;
  try {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${apiToken}`,
        ...(body === undefined || isForm ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const envelope = Envelope.safeParse(await response.json().catch(() => undefined)).data;
    if (envelope?.success) return { result: envelope.result };
    const errors = envelope?.errors ?? [];
    const reasons = errors.map(({ code, message }) => `${code}: ${message}`).join("; ");
    const seconds = Number(response.headers.get("retry-after"));
    return {
      refusal: new ApiRefusal(
        `${method} ${url} answered ${response.status} ${reasons}`.trim(),
        response.status,
        errors.map(({ code }) => code),
      ),
      ...(seconds > 0 ? { waitMs: seconds * 1000 } : {}),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { refusal: new ApiRefusal(`${method} ${url} failed: ${why}`, 0, []) };
  }
}
