/**
 * One JSON object a line, which Workers Logs indexes by field. Never a token, a key, a query string or a message of a
 * room: paths and codes are enough to find a fault.
 */
export function log(level: "info" | "warn" | "error", event: string, fields: Record<string, unknown>): void {
  console[level](JSON.stringify({ level, event, ...fields }));
}

/** What of an unknown thrown value may go into a log line. */
export const errorText = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** Where the code threw. `npm run tail` names the places by their sources. */
export const stackOf = (error: unknown): { stack?: string } =>
  error instanceof Error && error.stack !== undefined ? { stack: error.stack } : {};
