/**
 * Which Workers share a workerd: those that bindings tie together, and no others. A change of one group leaves the
 * sockets and objects of all others alone. Costs about 40 MB and 0.1 s of start for each further group. Pure.
 */
import { boundScripts } from "../state/binding.ts";
import type { DeployedScript } from "./deployed-worker.ts";

export interface WorkerGroup {
  /** Name of its first script: no two groups have the same. */
  readonly name: string;
  readonly scripts: readonly DeployedScript[];
  /** Equal for groups that run the same. */
  readonly signature: string;
  /** Equal for groups that run the same but for the percentages. */
  readonly structure: string;
}

export function groupsOf(scripts: readonly DeployedScript[]): WorkerGroup[] {
  const byName = new Map(scripts.map((script) => [script.name, script]));
  const neighbours = new Map(scripts.map(({ name }) => [name, new Set<string>()]));
  for (const script of scripts)
    for (const other of boundTo(script)) {
      neighbours.get(script.name)?.add(other);
      neighbours.get(other)?.add(script.name);
    }
  const placed = new Set<string>();
  return scripts.flatMap(({ name }): WorkerGroup[] => {
    if (placed.has(name)) return [];
    const members: DeployedScript[] = [];
    const open = [name];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const script = byName.get(next);
      if (placed.has(next) || script === undefined) continue;
      placed.add(next);
      members.push(script);
      open.push(...(neighbours.get(next) ?? []));
    }
    return [group(members)];
  });
}

function group(members: readonly DeployedScript[]): WorkerGroup {
  const scripts = members.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const structure = JSON.stringify(scripts.map(structureOf));
  const percentages = scripts.map(percentagesOf);
  return {
    name: scripts[0]?.name ?? "",
    scripts,
    structure,
    signature: JSON.stringify([structure, percentages]),
  };
}

const structureOf = ({ name, shares }: DeployedScript) => [
  name,
  shares.map(({ worker }) => [worker.version.id, worker.namespaces, worker.tailConsumers]),
];

export const percentagesOf = ({ shares }: DeployedScript): number[] =>
  shares.map(({ percentage }) => percentage);

const boundTo = ({ shares }: DeployedScript): string[] =>
  shares.flatMap(({ worker }) => [...boundScripts(worker.bindings), ...worker.tailConsumers]);
