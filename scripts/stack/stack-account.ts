import { PUBLIC_API } from "../../infra/cloudflare-http.ts";
import { LOCAL_STACK } from "./environment.ts";
import type { OpenStack } from "./open-stack.ts";
import { plainSetting, readStackFile } from "./stack-file.ts";

/** The account that a stack deploys to, as its provider reaches it. */
export type StackAccount = {
  /** Without a slash at the end. */
  apiUrl: string;
  accountId: string;
  apiToken: string;
};

/** @throws when no token is found. */
export async function stackAccount({ stack, cli, account }: OpenStack): Promise<StackAccount> {
  // Its settings are made from the account that runs: no need to decrypt them, which takes a start of the CLI.
  if (stack === LOCAL_STACK && account) return account;
  const text = readStackFile(stack);
  const base = plainSetting(text, "cloudflare:baseUrl") ?? process.env.CLOUDFLARE_BASE_URL ?? PUBLIC_API;
  const accountId = plainSetting(text, "edge-websocket-chat:accountId") ?? "";
  const configured = await cli.quiet(["config", "get", "cloudflare:apiToken", "--stack", stack]);
  const apiToken =
    (configured.code === 0 ? configured.stdout.trim() : "") || (process.env.CLOUDFLARE_API_TOKEN ?? "");
  if (apiToken === "")
    throw new Error(
      `Stack "${stack}" has no Cloudflare token. Set CLOUDFLARE_API_TOKEN, or store it encrypted: ` +
        `\`npm run pulumi -- config set --secret cloudflare:apiToken --stack ${stack}\`.`,
    );
  return { apiUrl: base.replace(/\/$/, ""), accountId, apiToken };
}
