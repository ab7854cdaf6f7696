/** The limits of a room's hub, with unit and reason. Those of a room are in `room/limits`. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** ms. A replica across the world answers in 0.3 s, one that first has to start in 2. */
export const REPORT_DEADLINE_MS = 4 * SECOND;
/** ms. As above; the replica that waits for an answer of the hub waits 5 s. */
export const NOTICE_DEADLINE_MS = 4 * SECOND;
/** ms between two attempts to hear every member after the hub's storage was lost. */
export const FOUNDING_PAUSE_MS = SECOND;
/** ms between two tries to tell a member something: doubled each time, up to the longest. */
export const NOTICE_RETRY_MS = SECOND;
export const NOTICE_RETRY_LONGEST_MS = MINUTE;
/** Tries to tell a region that left: it has no users, and nobody listens to it any more. */
export const FAREWELL_TRIES = 20;
/** Bans in one notice: 500 x 70 bytes is far below what a call may carry. */
export const BANS_PER_NOTICE = 500;
/** ms in which a kick without a ban is tried again. Later, whom it was meant for may be back in good faith. */
export const KICK_WINDOW_MS = MINUTE;
/** ms between two recalls of one member's unused slots: a full room's callers are told to come back in 5 s. */
export const RECALL_INTERVAL_MS = 5 * SECOND;
/** A member that asks gets at least the limit / (this x regions) while that is left, so that it asks seldom. */
export const BLOCKS_PER_REGION = 8;
/**
 * ms that a region may be missing in the settings before it is taken for removed: so long code with the settings of
 * before, or objects with those of after, may still run.
 */
export const REMOVAL_GRACE_MS = 10 * MINUTE;
/** ms after a change of the membership in which a region that leaves may give its slots back and be copied. */
export const DRAIN_AFTER_MS = SECOND;
/** ms between two looks at whether a region that leaves is drained: doubled each time, up to the longest. */
export const DRAIN_INTERVAL_MS = MINUTE;
export const DRAIN_LONGEST_MS = 60 * MINUTE;
/** ms without anybody after which the hub looks whether its room is still there. Replicas forget theirs after 11 min. */
export const CLEANUP_AFTER_MS = 15 * MINUTE;
/**
 * ms after its founding in which a hub asks also a region that is new to it. Later none of what the hub of before said
 * can still be under way: calls end after 5 s.
 */
export const SETTLING_MS = MINUTE;
