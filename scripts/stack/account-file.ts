import { readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { localFolder } from "../toolchain/places.ts";
import { isRunning } from "../toolchain/process-identity.ts";

const AccountFile = z.object({
  pid: z.number(),
  startTime: z.coerce.string(),
  apiUrl: z.string(),
  edgeUrl: z.string(),
  accountId: z.string(),
  apiToken: z.string(),
  zoneId: z.string(),
  zoneName: z.string(),
  providerPort: z.number(),
});

/** The running local account, as its process describes itself. */
export type Account = z.infer<typeof AccountFile>;

/** The local account that runs now, or undefined. A file that a killed account left is not believed. */
export function runningAccount(folder: string = localFolder): Account | undefined {
  let text: string;
  try {
    text = readFileSync(path.join(folder, "account.json"), "utf8");
  } catch {
    return undefined;
  }
  const account = AccountFile.parse(JSON.parse(text));
  return isRunning(account) ? account : undefined;
}
