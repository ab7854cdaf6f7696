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
  return { name: scripts[0]?.name ?? "", scripts, signature: JSON.stringify(scripts.map(signatureOf)) };
}

const signatureOf = ({ name, shares }: DeployedScript) => [
  name,
  shares.map(({ percentage, worker }) => [
    percentage,
    worker.version.id,
    worker.namespaces,
    worker.tailConsumers,
  ]),
];

const boundTo = ({ shares }: DeployedScript): string[] =>
  shares.flatMap(({ worker }) => [...boundScripts(worker.bindings), ...worker.tailConsumers]);
