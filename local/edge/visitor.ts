/** Where a request comes from, and `request.cf` as Cloudflare would fill it there. Pure. */
import { COLOS, DEFAULT_COLO } from "./colos.ts";

export const COLO_HEADER = "x-local-colo";

/** `nrt--chat.local.localhost`: the label before the two dashes is a colo, the rest the host that is meant. */
const COLO_LABEL = /^([a-z]{3})--(.+)$/i;
/** `nrt.localhost`: a colo of the table in front of the bare host, which every browser takes for this machine. */
const COLO_HOST = /^([a-z]{3})\.(localhost)$/i;

export interface Visit {
  readonly colo: string;
  /** Without port and colo label. */
  readonly host: string;
}

export type Placed = Visit | { readonly unknownColo: string };

export function placeVisitor(hostHeader: string, coloHeader: string | undefined): Placed {
  const host = hostHeader.replace(/:\d+$/, "");
  const bare = COLO_HOST.exec(host);
  const label = COLO_LABEL.exec(host) ?? ((bare?.[1]?.toUpperCase() ?? "") in COLOS ? bare : null);
  const wanted = (coloHeader ?? label?.[1] ?? DEFAULT_COLO).toUpperCase();
  if (!(wanted in COLOS)) return { unknownColo: wanted };
  return { colo: wanted, host: label?.[2] ?? host };
}

/** The part of `request.cf` that does not depend on the connection, plus plausible constants for the rest. */
export function requestCf(colo: string, httpVersion: string): Record<string, unknown> {
  const place = COLOS[colo];
  if (place === undefined) throw new Error(`unknown colo ${colo}`);
  return {
    colo,
    country: place.country,
    continent: place.continent,
    city: place.city,
    region: place.region,
    timezone: place.timezone,
    // Text, as Cloudflare gives them.
    latitude: place.latitude.toFixed(5),
    longitude: place.longitude.toFixed(5),
    ...(EU_COUNTRIES.has(place.country) ? { isEUCountry: "1" } : {}),
    asn: 64512,
    asOrganization: "Local account",
    httpProtocol: `HTTP/${httpVersion}`,
    clientAcceptEncoding: "gzip, br",
    edgeRequestKeepAliveStatus: 1,
    requestPriority: "",
  };
}

/** Those of the table. */
const EU_COUNTRIES = new Set(["NL", "DE", "FR", "ES", "PL", "RO"]);
