/**
 * What package.json files say. Read by hand: the engine starts this host twice in a run and waits for it, and a schema
 * library would take a third of its start.
 */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

export type RequiredPlugin = { name: string; version: string; server: string };

/** A package whose package.json has `pulumi.resource` needs a provider plugin. */
function pluginOf(text: string): RequiredPlugin | undefined {
  // Hundreds of packages, of which two are meant.
  if (!text.includes('"pulumi"')) return undefined;
  const manifest: unknown = JSON.parse(text);
  if (!isRecord(manifest) || !isRecord(manifest.pulumi) || manifest.pulumi.resource !== true)
    return undefined;
  const { name, version, server } = manifest.pulumi;
  return {
    name: textOf(name) ?? (textOf(manifest.name) ?? "").replace(/^@(pulumi\/)?/, ""),
    version: `v${textOf(version) ?? textOf(manifest.version) ?? ""}`.replace(/^vv/, "v"),
    server: textOf(server) ?? "",
  };
}

/** The provider plugins that the packages of a node_modules folder ask for. */
export function requiredPlugins(nodeModules: string): RequiredPlugin[] {
  return globSync(["*/package.json", "@*/*/package.json"], { cwd: nodeModules }).flatMap(
    (file) => pluginOf(readFileSync(path.join(nodeModules, file), "utf8")) ?? [],
  );
}

/** Dependencies of a package.json, with their versions. */
export function versionsIn(text: string): [name: string, version: string][] {
  const manifest: unknown = JSON.parse(text);
  if (!isRecord(manifest)) return [];
  const all = [manifest.dependencies, manifest.devDependencies].filter(isRecord);
  return Object.entries(Object.assign({}, ...all)).map(([name, version]) => [name, String(version)]);
}
