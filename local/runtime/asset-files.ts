/**
 * Static assets on disk: each content once, by its hash, and a folder for each version that runs, as the runtime's
 * asset server wants it. The folders are made of links: they cost no space.
 */
import { existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import type { Assets } from "../state/assets.ts";

const contents = (data: string): string => join(data, "assets", "contents");
const versions = (data: string): string => join(data, "assets", "versions");

export const assetFolder = (data: string, versionId: string): string => join(versions(data), versionId);

export const hasContent = (data: string, hash: string): boolean => existsSync(join(contents(data), hash));

/** All or nothing: a kill leaves no half file under the hash. */
export function saveContent(data: string, hash: string, bytes: Uint8Array): void {
  mkdirSync(contents(data), { recursive: true });
  const file = join(contents(data), hash);
  writeFileSync(`${file}.new`, bytes);
  renameSync(`${file}.new`, file);
}

/** Makes the folder of a version anew. Throws when a path would lead out of it. */
export function prepareAssetFolder(data: string, versionId: string, { manifest, config }: Assets): void {
  const folder = assetFolder(data, versionId);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [path, { hash }] of Object.entries(manifest)) {
    const file = resolve(folder, `.${decoded(path)}`);
    if (!file.startsWith(folder + sep)) throw new Error(`asset path '${path}' leads out of the assets`);
    mkdirSync(dirname(file), { recursive: true });
    linkSync(join(contents(data), hash), file);
  }
  if (config._headers !== undefined) writeFileSync(join(folder, "_headers"), config._headers);
  if (config._redirects !== undefined) writeFileSync(join(folder, "_redirects"), config._redirects);
}

/** wrangler escapes paths as in a URL; others send them as they are. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** Forgets what neither a version nor an open upload needs. */
export function removeUnusedAssets(
  data: string,
  used: { readonly hashes: ReadonlySet<string>; readonly versionIds: ReadonlySet<string> },
): void {
  mkdirSync(contents(data), { recursive: true });
  mkdirSync(versions(data), { recursive: true });
  for (const hash of readdirSync(contents(data)))
    if (!used.hashes.has(hash)) rmSync(join(contents(data), hash), { force: true });
  for (const id of readdirSync(versions(data)))
    if (!used.versionIds.has(id)) rmSync(join(versions(data), id), { recursive: true, force: true });
}
