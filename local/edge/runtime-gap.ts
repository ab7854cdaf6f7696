/** A killed workerd is started again within a moment, and a changed one listens elsewhere: worth another try. */

/** Tries in all, and the wait before each further one, in ms: together longer than a restart takes. */
const TRIES = 8;
const WAIT_MS = 150;

/** True while a failure to reach the runtime may be such a moment. Waits before it says so. */
export async function worthAnotherTry(
  attempt: number,
  error: NodeJS.ErrnoException,
  reused: boolean,
): Promise<boolean> {
  const unreached = error.code === "ECONNREFUSED" || (reused && error.code === "ECONNRESET");
  if (!unreached || attempt >= TRIES) return false;
  await new Promise((resolve) => setTimeout(resolve, WAIT_MS));
  return true;
}

export const DOWN_STATUS = 522;
export const downText = (error: unknown): string =>
  `The Workers runtime does not answer: ${error instanceof Error ? error.message : String(error)}. It is being restarted.\n`;
