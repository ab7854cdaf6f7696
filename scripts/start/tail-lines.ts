import * as z from "zod";

const Log = z.object({ level: z.string(), message: z.unknown() });
/** A line of the Worker's log is one JSON object. */
const LogFields = z.object({ room: z.string() });
const Thrown = z.object({ name: z.string(), message: z.string(), stack: z.string().nullish() });
const TailEvent = z.object({
  outcome: z.string(),
  entrypoint: z.string().nullish(),
  eventTimestamp: z.number().nullish(),
  event: z
    .looseObject({
      request: z.object({ url: z.string(), method: z.string() }).optional(),
      response: z.object({ status: z.number() }).optional(),
      scheduledTime: z.unknown().optional(),
      getWebSocketEvent: z.unknown().optional(),
      rpcMethod: z.string().optional(),
    })
    .nullish(),
  logs: z.array(Log).default([]),
  exceptions: z.array(Thrown).default([]),
});

/**
 * One tail event as lines to read: what happened, then what the Worker logged about it. Calls between objects that went
 * well and logged nothing give no line: they would drown the rest. With `room`, only what names that room.
 */
export function describeTailEvent(text: string, room?: string): string[] {
  const event = TailEvent.safeParse(parse(text)).data;
  if (event === undefined || (room !== undefined && !concerns(event, room))) return [];
  const time = new Date(event.eventTimestamp ?? Date.now()).toISOString().slice(11, 23);
  const where = event.entrypoint ? `${event.entrypoint} ` : "";
  const details = [
    ...event.logs.map(({ level, message }) => `  ${level}: ${words(message)}`),
    ...event.exceptions.flatMap(({ name, message, stack }) => [`  ${name}: ${message}`, ...framesOf(stack)]),
  ];
  const what = headline(event);
  const quiet = what === undefined && event.outcome === "ok" && details.length === 0;
  return quiet ? [] : [`${time} ${where}${what ?? "call"} ${event.outcome}`, ...details];
}

/** Whether the request's path is the room's, or a line of the log has it as its `room`. */
function concerns({ event, logs }: z.infer<typeof TailEvent>, room: string): boolean {
  const url = event?.request?.url ?? "";
  const [, first, second] = URL.canParse(url) ? new URL(url).pathname.split("/") : [];
  if (first === "chat" && second === encodeURIComponent(room)) return true;
  return logs.some(({ message }) =>
    (Array.isArray(message) ? message : [message]).some((part) => {
      const fields = LogFields.safeParse(typeof part === "string" ? parse(part) : part);
      return fields.success && fields.data.room === room;
    }),
  );
}

function headline({ event }: z.infer<typeof TailEvent>): string | undefined {
  if (event?.request === undefined) return undefined;
  const { url, method } = event.request;
  // Session and ticket may stand in a query: the path is enough to read a log.
  const path = URL.canParse(url) ? new URL(url).pathname : url;
  return `${method} ${path}${event.response ? ` ${event.response.status}` : ""}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The frames of a stack, without the message that stands above them. */
const framesOf = (stack: string | null | undefined): string[] =>
  (stack ?? "")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("at "))
    .map((line) => `    ${line}`);

const words = (message: unknown): string =>
  (Array.isArray(message) ? message : [message])
    .map((part) => (typeof part === "string" ? part : JSON.stringify(part)))
    .join(" ");
