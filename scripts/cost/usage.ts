/**
 * What a chat uses in a month: its messages, minutes and visits, each times what `npm run bench:scale` counted that it asks
 * for, inside the real runtime.
 */
import type { Rates } from "../bench/scale/outcome.ts";
import type { Measured } from "./measured.ts";
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
  /** Connections of a person and day. */
  readonly visitsPerDay: number;
  /** Share of what happens that Workers Logs keeps: the stack's `observability.headSamplingRate`. */
  readonly logShare: number;
}

/** What is not said is taken to be this. */
export const USUAL = {
  usersPerRoom: 10,
  messagesPerDay: 100,
  hoursPerDay: 8,
  regions: 1,
  visitsPerDay: 3,
  logShare: 0,
};

export const DAYS = 30;
const SECOND_MS = 1000;
const HOUR_S = 3600;

/** What could not be counted on one machine: assumed, each on the side of more. */
export const ASSUMED = {
  /** Incoming socket messages that count as one request: the price list's own. */
  messagesPerRequest: 20,
  /** GB that an object counts as while it is awake: the price list's own. */
  objectGb: 0.125,
  /** ms that anything which happens keeps an object awake. The price list's own example; here it takes about 1. */
  eventMs: 10,
  /** ms that a call to another region takes, which the caller stays awake for: across the world, there and back. */
  abroadMs: 250,
  /** ms that a write to KV takes, likewise. */
  kvMs: 200,
  /** "Typing" frames for each message: it is said at the first stroke and every 3 s. */
  typingPerMessage: 2,
  /** Requests of a visit: the page and the socket. */
  requestsPerVisit: 2,
  /** Bytes of a kept message with its indexes. */
  messageBytes: 600,
  /** The newest messages are kept. */
  keptMessages: 100,
} as const;

/** Counts for a room of so many regions: between two that were measured, in proportion. */
export function ratesFor(
  { hours }: Measured,
  kind: "perMessage" | "perMinute" | "perVisit" | "perIdleHour",
  regions: number,
  name: keyof Rates,
): number {
  const sorted = [...hours].sort((a, b) => a.regions - b.regions);
  const above = sorted.find((one) => one.regions >= regions) ?? sorted.at(-1);
  const below = sorted.findLast((one) => one.regions <= regions && one !== above) ?? above;
  if (above === undefined || below === undefined) throw new Error("No hour was measured");
  const [low, high] = [below[kind][name], above[kind][name]];
  if (above.regions === below.regions) return high;
  return low + ((high - low) * (regions - below.regions)) / (above.regions - below.regions);
}

/** Of so many minutes, those in which at least one of so many events falls that come by chance. */
const minutesHit = (minutes: number, events: number): number =>
  minutes === 0 ? 0 : minutes * (1 - Math.exp(-events / minutes));

export function usageOf(load: Load, measured: Measured): Usage {
  const { rooms, usersPerRoom, messagesPerDay, hoursPerDay, regions, visitsPerDay, logShare } = load;
  const minutes = hoursPerDay * 60;
  const month = rooms * DAYS;
  const messages = month * messagesPerDay;
  const visits = month * usersPerRoom * visitsPerDay;
  // Who comes in the same minute as others shares most of what that asks for.
  const alone = month * minutesHit(minutes, usersPerRoom * visitsPerDay);
  const active = month * minutesHit(minutes, messagesPerDay);
  // An hour without a visit renews the directory's entry.
  const unvisited = month * (hoursPerDay - minutesHit(hoursPerDay, usersPerRoom * visitsPerDay));
  const asked = (name: keyof Rates): number =>
    messages * ratesFor(measured, "perMessage", regions, name) +
    active * ratesFor(measured, "perMinute", regions, name) +
    alone * ratesFor(measured, "perVisit", regions, name) +
    unvisited * ratesFor(measured, "perIdleHour", regions, name) +
    2 * Math.max(0, visits - alone) * measured.perCrowdedJoin[name];
  const typing = messages * ASSUMED.typingPerMessage;
  const frames = messages + typing;
  const calls = asked("calls") + typing * (regions - 1);
  const alarms = asked("alarmsRun");
  const events = frames + 2 * visits + calls + alarms;
  // A full room's tick waits longer.
  const eventMs = Math.max(ASSUMED.eventMs, (0.1 * usersPerRoom) / regions);
  const abroad = regions > 1 ? (frames + alone) * ASSUMED.abroadMs : 0;
  const awakeS = (events * eventMs + abroad + asked("kvWrites") * ASSUMED.kvMs) / SECOND_MS;
  const inUseS = month * regions * hoursPerDay * HOUR_S;
  return {
    workerRequests: visits * ASSUMED.requestsPerVisit,
    workerCpu: (visits * measured.cpuPerJoin) / SECOND_MS,
    objectRequests: visits + frames / ASSUMED.messagesPerRequest + calls + alarms,
    objectDuration: Math.min(awakeS, inUseS) * ASSUMED.objectGb,
    rowsRead: asked("rowsRead"),
    // Setting an alarm is paid for as a row.
    rowsWritten: asked("rowsWritten") + asked("alarmsSet"),
    stored: (rooms * regions * (measured.bytesPerRoom + ASSUMED.keptMessages * ASSUMED.messageBytes)) / 1e6,
    kvWrites: asked("kvWrites"),
    kvReads: asked("kvReads"),
    dataPoints: asked("dataPoints"),
    logEvents:
      logShare *
      (visits * ASSUMED.requestsPerVisit + frames + 2 * visits + calls + alarms + asked("logLines")),
  };
}

/** Sockets held with `accept()`: the object is paid for every second in which somebody is connected. */
export function withoutHibernation(load: Load, measured: Measured): Usage {
  const seconds = load.rooms * load.regions * load.hoursPerDay * DAYS * HOUR_S;
  return { ...usageOf(load, measured), objectDuration: seconds * ASSUMED.objectGb };
}

/** The article's code: one object a room, which holds its sockets and its messages in memory. Nothing is stored. */
export function articlesCode(load: Load, measured: Measured): Usage {
  const alone = withoutHibernation({ ...load, regions: 1, logShare: 0 }, measured);
  const { rooms, usersPerRoom, messagesPerDay, visitsPerDay } = load;
  const visits = rooms * DAYS * usersPerRoom * visitsPerDay;
  const frames = rooms * DAYS * messagesPerDay * (1 + ASSUMED.typingPerMessage);
  return {
    ...alone,
    objectRequests: visits + frames / ASSUMED.messagesPerRequest,
    rowsRead: 0,
    rowsWritten: 0,
    stored: 0,
    kvWrites: 0,
    kvReads: 0,
    dataPoints: 0,
  };
}

/** Pings of a month: answered by the runtime, which the price list says is not charged. */
export const pingsOf = ({ rooms, usersPerRoom, hoursPerDay }: Load): number =>
  rooms * usersPerRoom * hoursPerDay * 120 * DAYS;
