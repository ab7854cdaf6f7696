import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as z from "zod";

/** The project's folder: where package.json and Pulumi.yaml lie. */
export const projectFolder = fileURLToPath(new URL("../..", import.meta.url)).replace(/[\\/]$/, "");

/**
 * The folder that holds everything that a person can lose: `.local` and the stack files. It is the project's folder,
 * or the one that EDGE_CHAT_HOME names (tests run beside the developer's own stack that way).
 */
export const homeFolder = process.env.EDGE_CHAT_HOME
  ? path.resolve(process.env.EDGE_CHAT_HOME)
  : projectFolder;

/** The local account's folder: its state, the stack `local`'s state, its passphrase. */
export const localFolder = path.join(homeFolder, ".local");

/** Downloaded or built tools; may be deleted at any time. */
export const toolsFolder = path.join(projectFolder, ".tools");

/** Where npm's `pulumi` looks for the CLI, its plugins and the login. */
export const pulumiHome = path.join(toolsFolder, "pulumi");

const Manifest = z.object({ name: z.string(), dependencies: z.record(z.string(), z.string()) });
const manifest = Manifest.parse(JSON.parse(readFileSync(path.join(projectFolder, "package.json"), "utf8")));

const pinned = (dependency: string): string => {
  const version = manifest.dependencies[dependency];
  if (version === undefined) throw new Error(`package.json must pin ${dependency}`);
  return version;
};

/** The CLI's version: the one of the npm package `pulumi`. */
export const pulumiVersion = pinned("pulumi");

/** The Cloudflare provider's version: the one of its SDK. */
export const cloudflareVersion = pinned("@pulumi/cloudflare");
