import { request as httpRequest, type IncomingHttpHeaders, STATUS_CODES } from "node:http";
import { request as httpsRequest } from "node:https";

export type Outgoing = { method: string; url: URL; headers: Record<string, string>; body?: Buffer };
export type Incoming = { status: number; statusText: string; headers: IncomingHttpHeaders; body: Buffer };

/**
 * One HTTP exchange over a connection of its own: a kept connection that the server has just closed
 * would look like a lost answer and send a POST twice.
 */
export function exchange(outgoing: Outgoing, signal: AbortSignal): Promise<Incoming> {
  const start = outgoing.url.protocol === "https:" ? httpsRequest : httpRequest;
  const headers = { ...outgoing.headers, "content-length": String(outgoing.body?.length ?? 0) };
  if (outgoing.body === undefined) delete (headers as Record<string, string>)["content-length"];
  return new Promise((resolve, reject) => {
    const call = start(outgoing.url, { method: outgoing.method, headers, agent: false, signal }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const status = answer.statusCode ?? 0;
        const statusText = STATUS_CODES[status] ?? "";
        resolve({ status, statusText, headers: answer.headers, body: Buffer.concat(chunks) });
      });
    });
    call.on("error", reject);
    call.end(outgoing.body);
  });
}
