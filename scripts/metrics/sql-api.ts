import * as z from "zod";
import { isLoopback } from "../stack/environment.ts";
import type { StackAccount } from "../stack/stack-account.ts";

const TIMEOUT_MS = 30_000;

/**
 * Asks the account's Analytics Engine.
 * @throws with the API's own reason.
 */
export async function askDataset<T>(account: StackAccount, query: string, row: z.ZodType<T>): Promise<T[]> {
  const url = `${account.apiUrl}/accounts/${account.accountId}/analytics_engine/sql`;
  const response = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${account.apiToken}`, "content-type": "text/plain" },
    body: query,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }).catch((error: unknown) => {
    const help = isLoopback(account.apiUrl)
      ? " The local account is not running: start it with `npm start`."
      : "";
    throw new Error(`POST ${url} failed: ${error instanceof Error ? error.message : error}.${help}`);
  });
  const text = await response.text();
  if (!response.ok)
    throw new Error(
      `POST ${url} answered ${response.status}: ${text.trim()}${response.status === 403 ? " (the token needs Account Analytics: Read)" : ""}`,
    );
  return z.object({ data: z.array(row) }).parse(JSON.parse(text)).data;
}
