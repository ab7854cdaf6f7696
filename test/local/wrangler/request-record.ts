/** Stands between wrangler and the API, and notes what wrangler asks for. */
import { createServer, request as send } from "node:http";
import { closeServer, LOOPBACK, listen } from "../../../local/process/listen.ts";

export interface RequestRecord {
  /** In place of the API's own address. */
  readonly url: string;
  /** `GET /client/v4/user`. */
  readonly requests: readonly string[];
  readonly close: () => Promise<void>;
}

export async function recordRequests(apiUrl: string): Promise<RequestRecord> {
  const { port, pathname } = new URL(apiUrl);
  const requests: string[] = [];
  const server = createServer((incoming, outgoing) => {
    requests.push(`${incoming.method} ${incoming.url}`);
    const upstream = send(
      { host: LOOPBACK, port, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    upstream.on("error", () => outgoing.destroy());
    incoming.pipe(upstream);
  });
  const ownPort = await listen(server, 0, "the record of requests");
  return {
    url: `http://${LOOPBACK}:${ownPort}${pathname}`,
    requests,
    close: () => closeServer(server),
  };
}
