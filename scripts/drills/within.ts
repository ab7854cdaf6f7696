import { setTimeout as pause } from "node:timers/promises";

const POLL_MS = 50;

/**
 * Asks again until there is an answer.
 *
 * @param what what is waited for, for the error's text.
 * @throws when `ms` milliseconds pass without one, or at once when `ask` throws.
 */
export async function within<T>(ms: number, what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + ms;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${ms} ms in vain for ${what}`);
    await pause(POLL_MS);
  }
}
