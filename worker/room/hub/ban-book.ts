/** The room's bans: of two for one user the later decision counts. */
import type { Ban } from "../hub-port.ts";
import type { HubStore } from "./hub-store.ts";

export const isLater = (ban: Ban, than: Ban): boolean =>
  ban.at > than.at || (ban.at === than.at && ban.until > than.until);

/** Takes bans that somebody knows of. True for each that is news. */
export function mergeBans(store: HubStore, bans: readonly Ban[]): void {
  for (const ban of bans) {
    const held = store.bans.of(ban.userId);
    if (held === undefined || isLater(ban, held))
      store.bans.save({
        userId: ban.userId,
        until: ban.until,
        at: ban.at,
        stamp: store.bans.lastStamp() + 1,
      });
  }
}

/** A decision of now, which is later than any before, whatever the clocks say. */
export function ban(store: HubStore, userId: string, until: number, now: number): void {
  const at = Math.max(now, (store.bans.of(userId)?.at ?? 0) + 1);
  store.bans.save({ userId, until, at, stamp: store.bans.lastStamp() + 1 });
}
