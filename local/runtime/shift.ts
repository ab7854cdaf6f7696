/** New percentages for versions that run already: told to the Worker that holds their objects, without a new start. */
import type { Miniflare } from "miniflare";
import { SPLIT_CONTROL, SPLIT_CONTROL_HEADER } from "./split-host.ts";
import { percentagesOf, type WorkerGroup } from "./worker-groups.ts";

/** A group and the workerd that runs it. */
export interface Home {
  readonly group: WorkerGroup;
  readonly workerd: Miniflare;
}

/** The home as one of the wanted groups, when nothing but percentages tells them apart; else as it was. */
export async function shifted(home: Home, wanted: readonly WorkerGroup[]): Promise<Home> {
  const group = wanted.find(({ structure }) => structure === home.group.structure);
  if (group === undefined || group.signature === home.group.signature) return home;
  const told = await Promise.all(
    group.scripts
      .filter((script) => script.shares.length > 1)
      .map(async (script) => {
        const url = await home.workerd.unsafeGetDirectURL(script.name, SPLIT_CONTROL);
        const body = JSON.stringify(percentagesOf(script));
        const answer = await fetch(url, { method: "POST", headers: { [SPLIT_CONTROL_HEADER]: "1" }, body });
        return answer.ok;
      }),
  );
  // Objects of old-style classes cannot be told: the caller starts all anew.
  return told.every(Boolean) ? { ...home, group } : home;
}
