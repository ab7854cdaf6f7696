import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { deployedChatOf } from "../smoke/target.ts";
import type { Cli } from "../stack/cli.ts";
import { isLoopback } from "../stack/environment.ts";
import { type OpenStack, openStack } from "../stack/open-stack.ts";
import {
  hasSetting,
  readStackFile,
  stackFile,
  withPlainSettings,
  writeStackFile,
} from "../stack/stack-file.ts";
import { projectFolder } from "../toolchain/places.ts";
import { say } from "../toolchain/steps.ts";
import { deploy } from "../up/deploy.ts";
import { settle } from "../up/settle.ts";

const PROJECT = "edge-websocket-chat";
const SESSION_KEY_BYTES = 48;

export const pullRequestStack = (number: number): string => `pr-${number}`;

/**
 * Brings a pull request's own chat up, from the template. The account comes from CLOUDFLARE_ACCOUNT_ID, its workers.dev
 * subdomain from CLOUDFLARE_WORKERS_SUBDOMAIN; CLOUDFLARE_PREVIEW_URL is the address where it is not workers.dev, with
 * `{stack}` in it.
 *
 * @returns the chat's address.
 */
export async function bringUp(number: number, environment: NodeJS.ProcessEnv): Promise<string> {
  const stack = pullRequestStack(number);
  const backend = await openStack(stack, { stack: false, provider: false });
  await ensureStack(backend, environment);
  const open = await openStack(stack, { stack: true, provider: true });
  if ((await deploy(open, { flags: [], confirm: async () => true })) !== 0)
    throw new Error(
      `The chat of pull request ${number} could not be deployed; the engine's words stand above.`,
    );
  return (await deployedChatOf(open)).url;
}

async function ensureStack({ cli, stack }: OpenStack, environment: NodeJS.ProcessEnv): Promise<void> {
  const made = await cli.quiet(["stack", "init", stack, "--no-select"]);
  if (made.code !== 0 && !/already exists/.test(made.stderr)) throw new Error(made.stderr.trim());
  // An earlier run, on another machine, made it: its key comes back from its last deployment.
  if (made.code !== 0 && !existsSync(stackFile(stack)))
    await cli.quiet(["config", "refresh", "--force", "--stack", stack]);
  const template = readFileSync(path.join(projectFolder, "infra/pr-stack.yaml"), "utf8");
  const salt = /^encryption.*$/gm.exec(readStackFile(stack))?.[0];
  const before = hasSetting(readStackFile(stack), `${PROJECT}:accountId`)
    ? readStackFile(stack)
    : `${template}${salt ? `${salt}\n` : ""}`;
  const optional = (key: string, value: string | undefined) => (value ? { [key]: value } : {});
  writeStackFile(
    stack,
    withPlainSettings(before, {
      [`${PROJECT}:accountId`]: environment.CLOUDFLARE_ACCOUNT_ID ?? "",
      ...optional(`${PROJECT}:workersDevSubdomain`, environment.CLOUDFLARE_WORKERS_SUBDOMAIN),
      ...optional(`${PROJECT}:publicUrl`, environment.CLOUDFLARE_PREVIEW_URL?.replace("{stack}", stack)),
      ...optional("cloudflare:baseUrl", environment.CLOUDFLARE_BASE_URL),
    }),
  );
  if (!hasSetting(readStackFile(stack), `${PROJECT}:sessionKey`))
    await setSecret(cli, stack, `${PROJECT}:sessionKey`, randomBytes(SESSION_KEY_BYTES).toString("base64"));
  // The official provider takes the token from its environment; the stand-in lives in the account's process.
  const { CLOUDFLARE_API_TOKEN: token, CLOUDFLARE_BASE_URL: baseUrl } = environment;
  if (token && isLoopback(baseUrl)) await setSecret(cli, stack, "cloudflare:apiToken", token);
}

/** By stdin: arguments can be read by every user of the machine. */
async function setSecret(cli: Cli, stack: string, key: string, value: string): Promise<void> {
  const set = await cli.quiet(["config", "set", "--secret", key, "--stack", stack], value);
  if (set.code !== 0) throw new Error(set.stderr.trim());
}

/** Takes a pull request's chat down, with its rooms; fine when it never was. */
export async function takeDown(number: number): Promise<void> {
  const stack = pullRequestStack(number);
  const { cli } = await openStack(stack, { stack: false, provider: false });
  const exported = await cli.quiet(["stack", "export", "--stack", stack]);
  if (exported.code !== 0) {
    say(`There is no stack ${stack}.`);
    return;
  }
  if (!existsSync(stackFile(stack))) await cli.quiet(["config", "refresh", "--force", "--stack", stack]);
  const open = await openStack(stack, { stack: true, provider: true });
  await settle(open);
  if ((await open.cli.visible(["destroy", "--yes", "--skip-preview", "--stack", stack])) !== 0)
    throw new Error(`The chat of ${stack} could not be destroyed; the engine's words stand above.`);
  const removed = await open.cli.quiet(["stack", "rm", stack, "--yes"]);
  if (removed.code !== 0) throw new Error(removed.stderr.trim());
  say(`✓ ${stack} is gone`);
}
