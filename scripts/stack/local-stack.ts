import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { localFolder, projectFolder } from "../toolchain/places.ts";
import type { Account } from "./account-file.ts";
import type { Cli } from "./cli.ts";
import { LOCAL_STACK } from "./environment.ts";
import {
  hasSetting,
  readStackFile,
  withoutSecrets,
  withPlainSettings,
  writeStackFile,
} from "./stack-file.ts";

const PROJECT = "edge-websocket-chat";
const passphraseFile = path.join(localFolder, "passphrase");
const stateFolder = path.join(localFolder, "state");
/** Which account token the stack file holds, as a hash: the file has it encrypted. */
const tokenStamp = path.join(localFolder, "stack-token.sha256");
const SECRET_BYTES = 32;

const newSecret = (): string => randomBytes(SECRET_BYTES).toString("base64url");

/** Settings of the chat that the stack `local` makes up by itself, each a secret of its own for this machine. */
const GENERATED_SECRETS = [`${PROJECT}:sessionKey`, `${PROJECT}:adminToken`];

/** What the CLI needs on disk before it can open the stack `local`: backend folder, passphrase, stack file. */
export function prepareLocalFiles(): void {
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  const template = readFileSync(path.join(projectFolder, "infra/local-stack.yaml"), "utf8");
  if (!existsSync(passphraseFile)) {
    // With the passphrase gone, the secrets of an old stack file can never be read again.
    const before = readStackFile(LOCAL_STACK);
    if (before !== "") writeStackFile(LOCAL_STACK, withoutSecrets(before));
    rmSync(tokenStamp, { force: true });
    writeFileSync(passphraseFile, newSecret(), { mode: 0o600, flag: "wx" });
  }
  if (readStackFile(LOCAL_STACK) === "") writeStackFile(LOCAL_STACK, template);
}

/** Whether the stack is in the file backend of this home. */
const stackExists = (): boolean =>
  existsSync(path.join(stateFolder, ".pulumi/stacks", PROJECT, `${LOCAL_STACK}.json`));

/**
 * Creates the stack `local` if it is missing, and points its settings to the account that runs now. A second call
 * with the same account starts no process.
 */
export async function ensureLocalStack(cli: Cli, account: Account | undefined): Promise<void> {
  if (!stackExists()) {
    const made = await cli.quiet(["stack", "init", LOCAL_STACK, "--no-select"]);
    if (made.code !== 0 && !/already exists/.test(made.stderr))
      throw new Error(`The stack "${LOCAL_STACK}" could not be created: ${made.stderr.trim()}`);
  }
  if (account) {
    const text = readStackFile(LOCAL_STACK);
    const pointed = withPlainSettings(text, {
      "cloudflare:baseUrl": account.apiUrl,
      [`${PROJECT}:accountId`]: account.accountId,
      [`${PROJECT}:publicUrl`]: account.edgeUrl,
    });
    if (pointed !== text) writeStackFile(LOCAL_STACK, pointed);
  }
  for (const key of GENERATED_SECRETS)
    if (!hasSetting(readStackFile(LOCAL_STACK), key)) await setSecret(cli, key, newSecret());
  if (account) await ensureToken(cli, account.apiToken);
}

async function ensureToken(cli: Cli, token: string): Promise<void> {
  const hash = createHash("sha256").update(token).digest("hex");
  const known = existsSync(tokenStamp) ? readFileSync(tokenStamp, "utf8") : "";
  if (known === hash && hasSetting(readStackFile(LOCAL_STACK), "cloudflare:apiToken")) return;
  await setSecret(cli, "cloudflare:apiToken", token);
  writeFileSync(tokenStamp, hash);
}

/** A secret goes in by stdin: arguments can be read by every user of the machine. */
async function setSecret(cli: Cli, key: string, value: string): Promise<void> {
  const answer = await cli.quiet(["config", "set", "--secret", key, "--stack", LOCAL_STACK], value);
  if (answer.code !== 0) throw new Error(`The setting ${key} could not be stored: ${answer.stderr.trim()}`);
}
