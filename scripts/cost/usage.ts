/**
 * What a chat uses in a month, from counts: how often the room writes, calls and is woken for each message and user.
 * The counts are the room's own, asserted in `test/worker/room/cost.test.ts`.
 */
import type { Usage } from "./prices.ts";

export interface Load {
  readonly rooms: number;
  /** People in each room at a time. */
  readonly usersPerRoom: number;
  /** Messages a room and day. */
  readonly messagesPerDay: number;
  /** Hours a day in which the room is in use. */
  readonly hoursPerDay: number;
  /** Regions that replicate each room. */
  readonly regions: number;
}

export const DAYS = 30;
const SECOND_MS = 1000;

/** What one message costs where it arrives alone, which is the worst case: a busy tick shares all but the entry. */
export const ROWS = {
  /** The entry and its two indexes; written when it comes and when it is trimmed. */
  entry: 3,
  trimmed: 3,
  /** Once a tick: the sender's accept times, and the counters. */
  rates: 1,
  counters: 1,
} as const;
/** Rows read for a message: whether its id was taken. */
const ROWS_READ_PER_MESSAGE = 4;
/** Rows that a join reads: the newest ten, and the room's state after a sleep. */
const ROWS_READ_PER_JOIN = 40;
/** Incoming socket messages that count as one request. */
const MESSAGES_PER_REQUEST = 20;
/** GB that an object counts as while it is awake. */
const OBJECT_GB = 0.125;
/** Longest time that a message keeps a room awake: one tick, which is longer in a full room. */
const tickMs = (users: number): number => Math.max(10, 0.1 * users);
/** Visits of a user and day: each is a connection, hence a request, a join and a leave. */
const VISITS_PER_DAY = 3;
/** Alarms of a room in use, an hour: counters, directory, trimming. */
const ALARMS_PER_HOUR = 60;
const MB_PER_MESSAGE = 0.0005;
/** The newest messages are kept, and all of the last ten minutes: the larger of the two is what lies there. */
const KEPT_MESSAGES = 100;
const CPU_MS_PER_CONNECTION = 1;

export function usageOf({ rooms, usersPerRoom, messagesPerDay, hoursPerDay, regions }: Load): Usage {
  const messages = rooms * messagesPerDay * DAYS;
  const copies = messages * regions;
  const joins = rooms * usersPerRoom * VISITS_PER_DAY * DAYS;
  const roomHours = messagesPerDay === 0 ? 0 : rooms * regions * hoursPerDay * DAYS;
  const alarms = roomHours * ALARMS_PER_HOUR;
  // Each message calls every other replica once, at worst.
  const calls = messages * (regions - 1);
  const awakeMs = copies * tickMs(usersPerRoom / regions) + (joins + alarms + calls) * 10;
  const perMessage = ROWS.entry + ROWS.trimmed + ROWS.rates + ROWS.counters;
  return {
    workerRequests: joins,
    workerCpu: joins * CPU_MS_PER_CONNECTION,
    objectRequests: joins + messages / MESSAGES_PER_REQUEST + alarms + calls,
    objectDuration: (awakeMs / SECOND_MS) * OBJECT_GB,
    rowsRead: copies * ROWS_READ_PER_MESSAGE + joins * ROWS_READ_PER_JOIN,
    rowsWritten: copies * perMessage + joins * 2 + alarms * 2,
    stored: rooms * regions * KEPT_MESSAGES * MB_PER_MESSAGE,
    // At most one a minute, and only where the number of users changed.
    kvWrites: Math.min(joins * 2, roomHours * 60) + rooms * DAYS,
    kvReads: joins,
    dataPoints: alarms,
  };
}

/** A server that holds its sockets awake: the same chat, but paid for every second in which somebody is connected. */
export function withoutHibernation(load: Load): Usage {
  const usage = usageOf(load);
  const seconds = load.rooms * load.regions * load.hoursPerDay * DAYS * 3600;
  return { ...usage, objectDuration: seconds * OBJECT_GB };
}
