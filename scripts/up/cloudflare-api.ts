import { type CloudflareHttp, cloudflareHttp } from "../../infra/cloudflare-http.ts";
import type { OpenStack } from "../stack/open-stack.ts";
import { stackAccount } from "../stack/stack-account.ts";

/** The account of a stack, by the same address and token that its provider uses. */
export type CloudflareApi = CloudflareHttp & { accountId: string };

/** @throws when no token is found. */
export async function cloudflareApi(open: OpenStack): Promise<CloudflareApi> {
  const account = await stackAccount(open);
  return { accountId: account.accountId, ...cloudflareHttp(account) };
}
