import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { RecordedHttp } from "./recording.ts";

/** A request as the server got it. */
export type SeenRequest = {
  http: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
};

/** What the server says to one request; with `fault` it breaks the connection or says nothing. */
export type RecordedAnswer = Pick<
  RecordedHttp,
  "http" | "status" | "responseHeaders" | "response" | "responseText"
> & {
  fault?: "reset" | "hang";
};

export type RecordedApi = {
  origin: string;
  seen: SeenRequest[];
  /** Resolves once so many requests have come in. */
  arrived(count: number): Promise<void>;
  /** Resolves once so many requests were given up by whoever made them. */
  abandoned(count: number): Promise<void>;
  unused(): string[];
  stop(): Promise<void>;
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

function answer(response: ServerResponse, recorded: RecordedAnswer | undefined): void {
  if (recorded?.fault === "reset") response.socket?.destroy();
  if (recorded?.fault !== undefined) return;
  if (recorded === undefined) {
    response.writeHead(418, { "x-should-retry": "false" }).end("not in the recording");
    return;
  }
  const { responseText, responseHeaders, status } = recorded;
  const type = responseText === undefined ? "application/json" : "application/javascript";
  response.writeHead(status, { "content-type": type, ...responseHeaders });
  response.end(responseText ?? JSON.stringify(recorded.response ?? null));
}

/** A loopback server that gives each recorded answer once, to the first request with its method and path. */
export async function recordedApi(recorded: readonly RecordedAnswer[]): Promise<RecordedApi> {
  const left = [...recorded];
  const seen: SeenRequest[] = [];
  let abandoned = 0;
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const http = `${request.method} ${request.url}`;
      seen.push({ http, headers: request.headers, body });
      const index = left.findIndex((candidate) => candidate.http === http);
      server.emit("seen");
      response.on("close", () => {
        if (response.writableFinished) return;
        abandoned += 1;
        server.emit("abandoned");
      });
      answer(response, index < 0 ? undefined : left.splice(index, 1)[0]);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // bound to a TCP port just above
  return {
    origin: `http://127.0.0.1:${port}`,
    seen,
    arrived: (count) =>
      new Promise((resolve) => {
        const look = () => (seen.length >= count ? resolve() : void server.once("seen", look));
        look();
      }),
    abandoned: (count) =>
      new Promise((resolve) => {
        const look = () => (abandoned >= count ? resolve() : void server.once("abandoned", look));
        look();
      }),
    unused: () => left.map(({ http }) => http),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
