import * as z from "zod";
import { scriptNameFor } from "../../infra/naming.ts";
import { tagWord } from "../../infra/plan/migrations.ts";
import { plainSetting, readStackFile } from "../stack/stack-file.ts";
import type { CloudflareApi } from "./cloudflare-api.ts";

const Scripts = z.array(z.object({ id: z.string(), migration_tag: z.string().nullish() }));

/** The name of a stack's script, as its stack file says it. */
export const liveScriptName = (stack: string): string =>
  plainSetting(readStackFile(stack), "edge-websocket-chat:scriptName") || scriptNameFor(stack);

/** The migration tag of the stack's script as the account has it now, in the word that the program compares. */
export async function liveTag(api: CloudflareApi, stack: string): Promise<string> {
  const name = liveScriptName(stack);
  const scripts = await api.get(`/accounts/${api.accountId}/workers/scripts`, Scripts);
  const script = scripts.find(({ id }) => id === name);
  return tagWord({ tag: script?.migration_tag || undefined });
}
