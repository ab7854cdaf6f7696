/** What a Worker sees of a request's headers: those of the visitor, minus what only Cloudflare may say, plus Cloudflare's. */
import { asciiJson } from "../runtime/ascii-json.ts";
import { COLOS } from "./colos.ts";
import { COLO_HEADER, requestCf } from "./visitor.ts";

/** Set by the edge or by the runtime: a visitor who sends them is not believed. */
const OURS = /^(mf-|cf-)/;
const OURS_BY_NAME = new Set([
  COLO_HEADER,
  "x-forwarded-for",
  "x-forwarded-proto",
  "x-real-ip",
  "true-client-ip",
]);

/** Meant for the next hop only (RFC 9110, 7.6.1). An upgrade passes on the two it is made of. */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

export interface Arrival {
  readonly colo: string;
  readonly clientAddress: string;
  readonly httpVersion: string;
  /** 16 hex digits. */
  readonly rayId: string;
  readonly upgrade: boolean;
}

/** In and out: name, value, name, value … as Node gives and takes raw headers. */
export function forwardedHeaders(rawHeaders: readonly string[], arrival: Arrival): string[] {
  const headers: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    const lower = name.toLowerCase();
    if (OURS.test(lower) || OURS_BY_NAME.has(lower)) continue;
    if (HOP_BY_HOP.has(lower) && !(arrival.upgrade && (lower === "connection" || lower === "upgrade")))
      continue;
    headers.push(name, rawHeaders[index + 1] ?? "");
  }
  headers.push(
    "CF-Connecting-IP",
    arrival.clientAddress,
    "CF-IPCountry",
    COLOS[arrival.colo]?.country ?? "XX",
    "CF-Ray",
    `${arrival.rayId}-${arrival.colo}`,
    "CF-Visitor",
    '{"scheme":"http"}',
    "X-Forwarded-For",
    arrival.clientAddress,
    "X-Forwarded-Proto",
    "http",
    "MF-CF-Blob",
    asciiJson(requestCf(arrival.colo, arrival.httpVersion)),
  );
  return headers;
}
