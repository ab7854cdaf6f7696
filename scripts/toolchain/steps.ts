/** Short lines that say what happened and how long it took. Progress goes to stderr, results to stdout. */
export const say = (line: string): void => void process.stderr.write(`${line}\n`);

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Runs one step and says `✓ <name> (<time>)`; the step's result may add words to its name. */
export async function step<T>(
  name: string,
  work: () => Promise<T>,
  detail?: (result: T) => string,
): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  const more = detail ? ` ${detail(result)}` : "";
  say(`✓ ${name}${more} (${seconds(performance.now() - startedAt)})`);
  return result;
}

/**
 * Ends the process with the error's own words: our errors are written to be read, a stack trace tells a user nothing.
 * EDGE_CHAT_DEBUG=1 shows it.
 */
export function fail(error: unknown): never {
  const text =
    error instanceof Error ? (process.env.EDGE_CHAT_DEBUG ? error.stack : error.message) : String(error);
  say(`✗ ${text}`);
  process.exit(1);
}
