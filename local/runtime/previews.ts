/** Versions that run under a host name of their own, beside what is deployed. Pure. */
import type { DeployedScript, DeployedWorker, Fleet } from "./deployed-worker.ts";

/** Previews that run at a time: each costs a process. The one started first makes room. */
const MAX_PREVIEWS = 5;

const MARK = "~";

/** A preview runs like a script of its own, under a name that no script can have. */
export const previewOf = (worker: DeployedWorker): DeployedScript => ({
  name: `${worker.name}${MARK}${worker.version.id}`,
  shares: [{ percentage: 100, worker: { ...worker, namespaces: [] } }],
});

export function withPreview(fleet: Fleet, preview: DeployedScript): Fleet {
  const running = fleet.scripts.filter(({ name }) => name.includes(MARK));
  const ended = running.slice(0, Math.max(0, running.length + 1 - MAX_PREVIEWS));
  return { scripts: [...fleet.scripts.filter((script) => !ended.includes(script)), preview] };
}

/** Without the previews of a script, which has changed or is gone. */
export const withoutPreviews = (fleet: Fleet, script: string): Fleet => ({
  scripts: fleet.scripts.filter(({ name }) => !name.startsWith(`${script}${MARK}`)),
});
