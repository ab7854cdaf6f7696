/**
 * The room's one order: a hybrid logical clock as a string of fixed width. It follows the wall clock, never runs
 * backwards, and ends in the origin's name, so that two replicas never make the same one.
 */
import { CLOCK_TOLERANCE_MS } from "./limits.ts";
import { originTail, TAIL_WIDTH } from "./origin.ts";

const MS_WIDTH = 9;
const COUNTER_WIDTH = 4;
const COUNTERS = 36 ** COUNTER_WIDTH;
export const ORDER_WIDTH = MS_WIDTH + COUNTER_WIDTH + TAIL_WIDTH;
const ORDER_SHAPE = new RegExp(`^[0-9a-z]{${MS_WIDTH + COUNTER_WIDTH}}[0-9a-z-]{${TAIL_WIDTH}}$`);

/** Below every order that a clock makes. */
export const ORDER_ZERO = "0".repeat(ORDER_WIDTH);

const digits = (value: number, width: number): string => value.toString(36).padStart(width, "0");

/** The lowest order of a millisecond: everything below was made before it. */
export const orderAt = (ms: number): string =>
  digits(Math.max(0, Math.floor(ms)), MS_WIDTH).padEnd(ORDER_WIDTH, "0");

/** The wall-clock part of an order, Unix ms. */
export const msOf = (order: string): number => Number.parseInt(order.slice(0, MS_WIDTH), 36);

/** The later of two orders. */
export function laterOf(a: string, b: string): string {
  return a > b ? a : b;
}

export const isOrder = (text: string): boolean => ORDER_SHAPE.test(text);

export class Clock {
  #tail: string;
  #ms = 0;
  #counter = 0;

  constructor(origin: string) {
    this.#tail = originTail(origin);
  }

  /** The next order: above every one that this clock made or followed. `now` in Unix ms. */
  next(now: number): string {
    if (now > this.#ms) {
      this.#ms = now;
      this.#counter = 0;
    } else if (++this.#counter === COUNTERS) {
      this.#ms++;
      this.#counter = 0;
    }
    return digits(this.#ms, MS_WIDTH) + digits(this.#counter, COUNTER_WIDTH) + this.#tail;
  }

  /** A new origin makes the orders from now on; they go on rising. */
  rename(origin: string): void {
    this.#tail = originTail(origin);
  }

  /** The highest order that was made or followed. */
  get highest(): string {
    return digits(this.#ms, MS_WIDTH) + digits(this.#counter, COUNTER_WIDTH) + this.#tail;
  }

  /** Never make an order at or below this one, which we hold ourselves. */
  resume(order: string): void {
    const ms = msOf(order);
    const counter = Number.parseInt(order.slice(MS_WIDTH, MS_WIDTH + COUNTER_WIDTH), 36);
    if (ms > this.#ms || (ms === this.#ms && counter > this.#counter)) {
      this.#ms = ms;
      this.#counter = counter;
    }
  }

  /** As `resume` for an order that somebody reports: followed only so far ahead of our own clock. */
  follow(order: string, now: number): void {
    const ceiling = orderAt(now + CLOCK_TOLERANCE_MS);
    this.resume(order < ceiling ? order : ceiling);
  }
}
