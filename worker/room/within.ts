/** Bounded waiting by the room's own clock. */
import type { Host } from "./host.ts";

/** True when `work` settled within so many ms. Its failure is its own affair. */
export function within(host: Pick<Host, "later">, ms: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = host.later(ms, () => resolve(false));
    const settled = () => {
      cancel();
      resolve(true);
    };
    work.then(settled, settled);
  });
}
