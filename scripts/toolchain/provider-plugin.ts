import { existsSync } from "node:fs";
import path from "node:path";
import type { Engine } from "./engine.ts";
import { DOWNLOAD_HOST, downloadHostAnswers } from "./online.ts";
import { cloudflareVersion, pulumiHome } from "./places.ts";
import { run } from "./run.ts";
import { say } from "./steps.ts";

const pluginFolder = path.join(pulumiHome, "plugins", `resource-cloudflare-v${cloudflareVersion}`);

/** Whether the official provider plugin is installed. The CLI marks an unfinished installation with a file. */
export const officialProviderInstalled = (): boolean =>
  existsSync(path.join(pluginFolder, "pulumi-resource-cloudflare")) &&
  !existsSync(`${pluginFolder}.partial`) &&
  !existsSync(`${pluginFolder}.lock.partial`);

/** Installs the official provider plugin with the CLI; false when that did not work. */
export async function installOfficialProvider(cli: string): Promise<boolean> {
  const args = ["plugin", "install", "resource", "cloudflare", cloudflareVersion];
  const environment = { ...process.env, PULUMI_HOME: pulumiHome, PULUMI_SKIP_UPDATE_CHECK: "true" };
  say(`  downloading the official Cloudflare provider ${cloudflareVersion}`);
  const answer = await run(cli, args, { env: environment });
  if (answer.code !== 0) say(`  the download failed: ${answer.stderr.trim().split("\n").at(-1) ?? ""}`);
  return answer.code === 0 && officialProviderInstalled();
}

/**
 * Makes sure that the official provider is there, as a stack on real Cloudflare needs it.
 *
 * @throws when it is missing and cannot be downloaded.
 */
export async function requireOfficialProvider(engine: Engine, stack: string): Promise<void> {
  if (officialProviderInstalled()) return;
  if ((await downloadHostAnswers()) && (await installOfficialProvider(engine.cli))) return;
  throw new Error(
    `Stack "${stack}" deploys to Cloudflare itself, which takes the official provider plugin cloudflare ${cloudflareVersion}; ` +
      `it is not installed and ${DOWNLOAD_HOST} does not answer. Connect to the Internet and run the command again. ` +
      `(The stand-in provider of the local account serves addresses on this machine only.)`,
  );
}
