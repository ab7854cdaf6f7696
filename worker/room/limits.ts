/**
 * Every limit of a room that a stack does not set (those are `ChatLimits` in `bindings`), with its unit and reason.
 * `docs/protocol.md` promises most of them.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** ms. A `clientId` older than this is refused (`too_old`): its first copy may have been trimmed. */
export const RESEND_WINDOW_MS = 10 * MINUTE;
/** ms. How far ahead of our clock a client's `clientId` or reported order may be. */
export const CLOCK_TOLERANCE_MS = MINUTE;
/** ms. The window of the message limit. */
export const RATE_WINDOW_MS = MINUTE;

/** Bytes of UTF-8. The longest legal message (500 code points, escaped) fits with room to spare. */
export const FRAME_BYTES = 8 * 1024;
/** Frames of any kind in `FRAME_WINDOW_MS` from one connection; one more closes it (1008). */
export const FRAMES_PER_WINDOW = 60;
/** A stack that allows more messages than the default 10 a minute allows them at once, and 50 other frames. */
export const framesPerWindow = (messagesPerMinute: number): number =>
  Math.max(FRAMES_PER_WINDOW, 50 + messagesPerMinute);
/** Malformed frames in `FRAME_WINDOW_MS`; one more closes the connection (1008). */
export const BAD_FRAMES_PER_WINDOW = 20;
export const FRAME_WINDOW_MS = 10 * SECOND;
/** ms between two `typing`, and between two `who`, of one connection. */
export const TYPING_INTERVAL_MS = SECOND;
export const WHO_INTERVAL_MS = SECOND;

/** Users in a `roster`: 200 x 110 bytes is one comfortable frame. */
export const ROSTER_USERS = 200;
/** Entries inside a `welcome`; the rest of a resume follows in frames of as many. */
export const WELCOME_ENTRIES = 500;
/** Entries that one resume replays (about 1 MB); whoever missed more starts afresh with the recent ones. */
export const RESUME_ENTRIES = 5000;

/** ms. A tick at most this often while busy: one frame then carries everything since the last. */
export const TICK_MS = 10;
/** ms a socket. A send costs 20-32 µs, so that a full room's ticks fill at most a third of one core. */
export const TICK_MS_PER_SOCKET = 0.1;
/** As above for ticks that only tell who came and went: a burst of 1,000 joins is told in two or three, not 1,000. */
export const PRESENCE_TICK_MS = 50;
export const PRESENCE_TICK_MS_PER_SOCKET = 2;
/** Arrivals and departures told one by one in a tick; beyond it only the last, with the current count. */
export const PRESENCE_EVENTS_PER_TICK = 5;
/** Typing users told in a tick; a room where more type at once needs no more detail. */
export const TYPING_EVENTS_PER_TICK = 20;
/** Messages, and UTF-16 units of their text, in a tick: even escaped (x 6) the frame stays below `SLOW_READER_BYTES`. */
export const MESSAGES_PER_TICK = 500;
export const TICK_CHARACTERS = 128 * 1024;

/** Bytes that may wait in one socket. A reader that is slower than this is closed (1013) and resumes. */
export const SLOW_READER_BYTES = 1024 * 1024;
/**
 * Where the runtime does not tell what waits in a socket: so many UTF-16 units sent without a sign of life for so many
 * ms (one and a half pings) mean the same. Plain clients need not ping, so that much more is their only sign.
 */
export const UNHEARD_MS = 45 * SECOND;
export const UNHEARD_UNITS = 1024 * 1024;
export const UNHEARD_UNITS_PLAIN = 32 * UNHEARD_UNITS;
/** ms after a long resume in which its own bytes do not count as slowness. */
export const RESUME_GRACE_MS = 30 * SECOND;
/** ms without a ping or frame after which a connection is closed when its slot is needed. v1 pings every 30 s. */
export const GHOST_MS = 2 * MINUTE;
/** ms. How stale the time of the last frame in a socket's attachment may be: saves a write a frame. */
export const SEEN_SAVE_MS = 30 * SECOND;
/** ms that a refused client is told to wait before it tries again. */
export const REFUSED_RETRY_MS = 5 * SECOND;

/** Places that one trim removes: about 20 ms, so that delivery hardly notices. */
export const TRIM_PLACES = 5000;
/** ms between two trims of a room with more to trim, and between two parts of one. */
export const TRIM_INTERVAL_MS = MINUTE;
export const TRIM_PART_MS = SECOND;
/** ms. KV allows one write a second a key; a directory that is a minute old is fresh enough. */
export const DIRECTORY_INTERVAL_MS = MINUTE;
/** ms between the first change and its write, so that a burst of joins is one write. */
export const DIRECTORY_DELAY_MS = SECOND;
/** An occupied room renews its directory entry, a dead one's expires. */
export const DIRECTORY_TTL_SECONDS = 2 * 60 * 60;
export const DIRECTORY_REFRESH_MS = 60 * MINUTE;
/** ms between two data points of a room. */
export const METRICS_INTERVAL_MS = MINUTE;
/** ms after which a failed job runs again, and after which an alarm that did not come is set anew. */
export const JOB_RETRY_MS = MINUTE;
/** Users whose accept times are held in memory beside SQLite. */
export const RATE_CACHE_USERS = 5000;
/** Seconds. The longest ban: ten years. */
export const BAN_SECONDS = 10 * 365 * 24 * 60 * 60;

/** ms. A peer across the world answers in 0.3 s, one that first has to start in 2. */
export const SYNC_DEADLINE_MS = 5 * SECOND;
/** ms. What a join may wait for the hub, or for a peer, before it goes on without. */
export const JOIN_WAIT_MS = SECOND;
/** ms. A call to the hub beside the path of a join. */
export const HUB_DEADLINE_MS = 5 * SECOND;
/** ms after activity at which a replica makes sure that every peer holds everything: finds what a crash left unsent. */
export const SYNC_CHECK_MS = 15 * SECOND;
/** ms between two tries to call a peer or the hub that is not reached: doubled each time, up to the longest. */
export const RETRY_FIRST_MS = SECOND;
export const RETRY_LONGEST_MS = MINUTE;
/** ms that a peer is not reached before people are told. */
export const SYNC_DELAYED_MS = 10 * SECOND;
/** ms that a peer is not reached before its users count as gone, like a connection that nobody hears of. */
export const PRESENCE_LOST_MS = GHOST_MS;
/** Events, and UTF-16 units of their texts, in one bundle: a few ms of work for the receiver, far below RPC's limit. */
export const BUNDLE_EVENTS = 500;
export const BUNDLE_CHARACTERS = 256 * 1024;
/**
 * ms after a deleted message's own time in which another copy of it may have been made: the window in which it is sent
 * again, and clocks that are off by the tolerance at both ends.
 */
export const COPY_WINDOW_MS = RESEND_WINDOW_MS + 5 * CLOCK_TOLERANCE_MS;
/** Origins that a room remembers, of which the cursors of its clients name each: they have 512 bytes. */
export const ORIGINS_KEPT = 14;
/** ms after a recall in which slots that become free go back at once: others wait for them. */
export const RECALLED_MS = MINUTE;
/** Slots that a replica asks the hub for beyond those in use: a quarter, within these bounds. */
export const SPARE_SLOTS_MIN = 4;
export const SPARE_SLOTS_MAX = 64;
/** Changes of who is here that are kept to tell peers; a peer that missed more gets the whole list. */
export const ATTENDANCE_CHANGES = 256;
/** ms between two requests for a slot in a room that the hub called full. */
export const FULL_RETRY_MS = SECOND;
/** ms of difference between two replicas' clocks that are worth remembering: more than a call takes. */
export const CLOCK_STEP_MS = 5 * SECOND;
