/** Receives what the account's own Workers send out of workerd. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { text as readText } from "node:stream/consumers";
import { z } from "zod";
import { type DataPoint, dataPointSchema } from "../state/data-points.ts";
import { type TailEvent, tailEventSchema } from "./tail-event.ts";

export interface SinkTargets {
  readonly dataPoint: (point: DataPoint) => void;
  readonly tailEvents: (events: readonly TailEvent[]) => void;
  /** True while somebody wants every event, not only those with exceptions. */
  readonly listening: () => boolean;
  readonly now: () => number;
}

const DATA_POINTS = "/data-points/";
const TAIL = "/tail/";
const LISTENING = "/tail/listening";

export function makeSink(targets: SinkTargets) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname: path, searchParams } = new URL(request.url ?? "/", "http://account");
    if (path === LISTENING && request.method === "GET") {
      response.writeHead(targets.listening() ? 200 : 204).end();
      return;
    }

    const body: unknown = JSON.parse(await readText(request));
    if (path.startsWith(TAIL)) {
      const scriptName = decodeURIComponent(path.slice(TAIL.length));
      const version = searchParams.get("version");
      const scriptVersion = version ? { scriptVersion: { id: version } } : {};
      targets.tailEvents(
        z
          .array(tailEventSchema)
          .parse(body)
          .map((event) => ({ ...event, scriptName, ...scriptVersion })),
      );
    } else if (path.startsWith(DATA_POINTS)) {
      const dataset = decodeURIComponent(path.slice(DATA_POINTS.length));
      targets.dataPoint({ dataset, atMs: targets.now(), ...dataPointSchema.parse(body) });
    }
    response.writeHead(204).end();
  };
}
