/** A killed workerd is started again within a moment, and a changed one listens elsewhere: worth another try. */

/** Tries in all, and the wait before each further one, in ms: together longer than a restart takes. */
const TRIES = 8;
const WAIT_MS = 150;

/** `repeatable`: nothing can have happened yet, or doing it twice is the same (GET). Waits before it says yes. */
export async function worthAnotherTry(
  attempt: number,
  error: NodeJS.ErrnoException,
  repeatable: boolean,
): Promise<boolean> {
  const passing = error.code === "ECONNREFUSED" || (repeatable && error.code === "ECONNRESET");
  if (!passing || attempt >= TRIES) return false;
  await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  return true;
}

export const DOWN_STATUS = 522;
export const downText = (error: unknown): string =>
  `The Workers runtime does not answer: ${error instanceof Error ? error.message : String(error)}. It is being restarted.\n`;
