/** What a person watching the account reads: console lines and exceptions, without the runtime's own inner life. Pure. */
import type { TailEvent } from "./tail-event.ts";
import type { LogLine } from "./workerd.ts";

/** An exception as the runtime's C++ reports it: the tail event of the same invocation says it better. */
const REPORTED_ELSEWHERE = /^Uncaught exception: \S+:\d+: failed: /;
/** A line of machine addresses. */
const ADDRESSES = /^stack:( \S+@[\da-f]+)+$/;

export function consoleLine(line: LogLine): string | undefined {
  if (REPORTED_ELSEWHERE.test(line.message)) return undefined;
  const kept = line.message.split("\n").filter((part) => !ADDRESSES.test(part));
  return kept.length === 0 ? undefined : `${line.level}: ${kept.join("\n")}`;
}

/** One line for each exception: which script, doing what, what went wrong. */
export function exceptionLines(event: TailEvent): string[] {
  const request = event.event?.request;
  // Without the query: tokens may stand there, and these lines are kept.
  const doing = request === undefined ? "" : ` ${request.method} ${request.url.split("?", 1)[0]}`;
  return event.exceptions.map(({ name, message, stack }) => {
    const where = stack === undefined ? "" : `\n${stack}`;
    return `error: [${event.scriptName ?? "?"}]${doing} ${name}: ${message}${where}`;
  });
}
