/** What the storage says of how many users were here, against those who are. */
import type { Members } from "./members.ts";
import type { RoomStore } from "./store.ts";

interface Counted {
  readonly store: RoomStore;
  readonly members: Members;
}

/** Not as many are here as were last counted. */
export const isCountOld = ({ store, members }: Counted): boolean =>
  Number(store.facts.get("directoryUsers") ?? 0) !== members.userCount;

/**
 * A crash may have taken people without a word: not as many are here as were counted; or nobody is, and a count was due,
 * since somebody had come or gone after the last.
 */
export const mayHaveLostUsers = (counted: Counted): boolean =>
  isCountOld(counted) || (counted.members.userCount === 0 && counted.store.jobs.all().has("directory"));
