import * as z from "zod";
import type { OpenStack } from "../stack/open-stack.ts";
import { stackAccount } from "../stack/stack-account.ts";

const TIMEOUT_MS = 15_000;
const ATTEMPTS = 3;
const RETRY_MS = 1_000;

const Envelope = z.object({
  success: z.boolean(),
  errors: z.array(z.object({ code: z.number(), message: z.string() })).default([]),
  result: z.unknown(),
});

/** Read access to the account of a stack, by the same address and token that its provider uses. */
export type CloudflareApi = { accountId: string; get<T>(path: string, shape: z.ZodType<T>): Promise<T> };

/** @throws when the stack names no account or no token is found. */
export async function cloudflareApi(open: OpenStack): Promise<CloudflareApi> {
  const { apiUrl, accountId, apiToken } = await stackAccount(open);
  const get = async <T>(path: string, shape: z.ZodType<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await ask(`${apiUrl}${path}`, apiToken);
      if ("result" in answer) return shape.parse(answer.result);
      if (!answer.passing || attempt === ATTEMPTS) throw new Error(answer.message);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * attempt));
    }
  };
  return { accountId, get };
}

type ApiAnswer = { result: unknown } | { passing: boolean; message: string };

async function ask(url: string, token: string): Promise<ApiAnswer> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const envelope = Envelope.safeParse(await response.json().catch(() => undefined));
    if (envelope.data?.success) return { result: envelope.data.result };
    const reasons = envelope.data?.errors.map(({ code, message }) => `${code}: ${message}`).join("; ");
    return {
      passing: response.status === 429 || response.status >= 500,
      message: `GET ${url} answered ${response.status} ${reasons ?? ""}`.trim(),
    };
  } catch (error) {
    return { passing: true, message: `GET ${url} failed: ${error instanceof Error ? error.message : error}` };
  }
}
