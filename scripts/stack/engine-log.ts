/** The engine's event log (`--event-log`): one JSON object a line, the last one cut off if the engine was killed. */

/** Each line's event; undefined for a line that is none. */
export const eventsOf = (log: string): unknown[] => log.split("\n").map(parsed);

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** A message as people read it: the engine marks colours as `<{%reset%}>`. */
export const withoutColours = (message: string): string => message.replace(/<\{%[^%]*%\}>/g, "").trim();
