/** Dates of the dialect. Times are seconds since the epoch. */
import type { Unit } from "./syntax.ts";
import { fromWall, toWall } from "./time-zones.ts";

export const UNIT_SECONDS = { SECOND: 1, MINUTE: 60, HOUR: 3600, DAY: 86_400 } as const;

/** The start of the interval of `count` units that the time is in, by the clock of the zone. */
export function startOfInterval(time: number, count: number, unit: Unit, zone: string): number {
  const wall = toWall(time, zone);
  if (unit === "MONTH" || unit === "YEAR") {
    const date = new Date(wall * 1000);
    const size = unit === "YEAR" ? count * 12 : count;
    const months = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
    return fromWall(Date.UTC(1970, Math.floor(months / size) * size) / 1000, zone);
  }
  const size = UNIT_SECONDS[unit] * count;
  return fromWall(Math.floor(wall / size) * size, zone);
}

/** 1970 began on a Thursday; weeks begin on Monday. */
const FIRST_MONDAY_SECONDS = 4 * UNIT_SECONDS.DAY;

export function startOfWeek(time: number): number {
  const week = 7 * UNIT_SECONDS.DAY;
  return Math.floor((time - FIRST_MONDAY_SECONDS) / week) * week + FIRST_MONDAY_SECONDS;
}

/** The same day and clock in another month; the month's last day where it has no such day. */
export function addMonths(time: number, months: number): number {
  const date = new Date(time * 1000);
  const month = date.getUTCMonth() + months;
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate();
  const clock = time % UNIT_SECONDS.DAY;
  return Date.UTC(date.getUTCFullYear(), month, Math.min(date.getUTCDate(), lastDay)) / 1000 + clock;
}

/** `2026-08-01 10:00:00`. */
export const showTime = (time: number, zone: string): string =>
  new Date(toWall(time, zone) * 1000).toISOString().slice(0, 19).replace("T", " ");

/** Reads `2026-08-01 10:00:00`, `2026-08-01` or seconds in digits; undefined when it is neither. */
export function readTime(text: string, zone: string): number | undefined {
  if (/^\d{5,}$/.test(text)) return Number(text);
  if (!/^\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?$/.test(text)) return undefined;
  const wall = Date.parse(`${text.replace(" ", "T")}${text.length > 10 ? "Z" : "T00:00:00Z"}`) / 1000;
  return Number.isNaN(wall) ? undefined : fromWall(wall, zone);
}

export type Field = "year" | "month" | "dayOfMonth" | "dayOfWeek" | "hour" | "minute" | "second";

export function fieldOf(time: number, field: Field, zone: string): number {
  const date = new Date(toWall(time, zone) * 1000);
  switch (field) {
    case "year":
      return date.getUTCFullYear();
    case "month":
      return date.getUTCMonth() + 1;
    case "dayOfMonth":
      return date.getUTCDate();
    case "dayOfWeek":
      return date.getUTCDay() || 7;
    case "hour":
      return date.getUTCHours();
    case "minute":
      return date.getUTCMinutes();
    case "second":
      return date.getUTCSeconds();
  }
}

const two = (value: number): string => String(value).padStart(2, "0");

/** The letters of `formatDateTime` that are common; another one stays as it is written. */
export function formatTime(time: number, format: string, zone: string): string {
  const field = (name: Field) => fieldOf(time, name, zone);
  const letters: Readonly<Record<string, () => string>> = {
    Y: () => String(field("year")),
    y: () => two(field("year") % 100),
    m: () => two(field("month")),
    d: () => two(field("dayOfMonth")),
    e: () => String(field("dayOfMonth")).padStart(2, " "),
    H: () => two(field("hour")),
    I: () => two(field("hour") % 12 || 12),
    i: () => two(field("minute")),
    M: () => two(field("minute")),
    S: () => two(field("second")),
    s: () => two(field("second")),
    p: () => (field("hour") < 12 ? "AM" : "PM"),
    u: () => String(field("dayOfWeek")),
    w: () => String(field("dayOfWeek") % 7),
    F: () => showTime(time, zone).slice(0, 10),
    T: () => showTime(time, zone).slice(11),
    R: () => showTime(time, zone).slice(11, 16),
    D: () => `${two(field("month"))}/${two(field("dayOfMonth"))}/${two(field("year") % 100)}`,
    "%": () => "%",
    n: () => "\n",
    t: () => "\t",
  };
  return format.replace(/%([A-Za-z%])/g, (written, letter: string) => letters[letter]?.() ?? written);
}
