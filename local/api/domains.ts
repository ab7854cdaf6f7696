import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { domainNotFound, domainOutsideZone, domainTaken } from "../cloudflare-errors.ts";
import { transaction } from "../state/database.ts";
import { listZones, type Zone } from "../state/identity.ts";
import { type Domain, listDomains, removeDomain, saveDomain } from "../state/routing.ts";
import { readJson } from "./body.ts";
import { ok } from "./envelope.ts";
import { requireScript } from "./script-view.ts";
import { requireZone } from "./zones.ts";

const domainSchema = z.object({
  hostname: z.string().min(1),
  service: z.string(),
  zone_id: z.string().optional(),
  zone_name: z.string().optional(),
  environment: z.string().optional(),
});
const originSchema = z.object({
  hostname: z.string().min(1),
  zone_id: z.string().optional(),
  zone_name: z.string().optional(),
});
const recordsSchema = z.object({
  origins: z.array(originSchema),
  override_existing_origin: z.boolean().default(false),
});

/** Custom domains: a hostname that one Worker answers in whole. */
export function domainRoutes(app: Hono, cloud: Cloud): void {
  const base = "/accounts/:account/workers/domains";

  app.get(base, (context) => {
    const { hostname, service, zone_id: zoneId } = context.req.query();
    const found = listDomains(cloud.db).filter(
      (domain) =>
        (hostname === undefined || domain.hostname === hostname) &&
        (service === undefined || domain.service === service) &&
        (zoneId === undefined || domain.zoneId === zoneId),
    );
    return ok(
      context,
      found.map((domain) => view(cloud, domain)),
    );
  });

  app.put(base, async (context) => {
    const { service, ...origin } = await readJson(context, domainSchema);
    return ok(context, view(cloud, attach(cloud, requireScript(cloud, service).script.name, origin, false)));
  });

  app.get(`${base}/records`, (context) => {
    const service = context.req.query("service");
    const found = listDomains(cloud.db).filter(
      (domain) => service === undefined || domain.service === service,
    );
    return ok(
      context,
      found.map((domain) => view(cloud, domain)),
    );
  });

  for (const path of [`${base}/records/:domain`, `${base}/:domain`] as const) {
    app.get(path, (context) => ok(context, view(cloud, requireDomain(cloud, context.req.param("domain")))));
    app.delete(path, (context) => {
      removeDomain(cloud.db, requireDomain(cloud, context.req.param("domain")).id);
      return ok(context, null);
    });
  }

  const script = "/accounts/:account/workers/scripts/:name/domains";

  /** wrangler, on a terminal: what would `records` below change? */
  app.post(`${script}/changeset`, async (context) => {
    const { script: own } = requireScript(cloud, context.req.param("name"));
    const origins = await readJson(context, z.array(originSchema));
    const known = listDomains(cloud.db);
    const existing = origins.flatMap(
      ({ hostname }) => known.find((domain) => domain.hostname === hostname) ?? [],
    );
    return ok(context, {
      added: origins.filter(({ hostname }) => !existing.some((domain) => domain.hostname === hostname)),
      removed: known
        .filter((domain) => domain.service === own.name && !existing.includes(domain))
        .map((domain) => view(cloud, domain)),
      updated: existing.map((domain) => ({ ...view(cloud, domain), modified: domain.service !== own.name })),
      conflicting: [],
    });
  });

  /** wrangler: all custom domains of one script at once. */
  app.put(`${script}/records`, async (context) => {
    const { script: own } = requireScript(cloud, context.req.param("name"));
    const { origins, override_existing_origin: override } = await readJson(context, recordsSchema);
    const attached = transaction(cloud.db, () => {
      for (const domain of listDomains(cloud.db))
        if (domain.service === own.name && !origins.some(({ hostname }) => hostname === domain.hostname))
          removeDomain(cloud.db, domain.id);
      return origins.map((origin) => attach(cloud, own.name, origin, override));
    });
    return ok(
      context,
      attached.map((domain) => view(cloud, domain)),
    );
  });
}

type WantedOrigin = z.infer<typeof originSchema>;

function attach(cloud: Cloud, service: string, origin: WantedOrigin, override: boolean): Domain {
  const zone = zoneOf(cloud, origin);
  const known = listDomains(cloud.db).find((domain) => domain.hostname === origin.hostname);
  if (known !== undefined && known.service !== service && !override) throw domainTaken(origin.hostname);
  const domain: Domain = {
    id: known?.id ?? cloud.hexId(),
    certId: known?.certId ?? cloud.uuid(),
    hostname: origin.hostname,
    zoneId: zone.id,
    service,
  };
  saveDomain(cloud.db, domain);
  return domain;
}

function zoneOf(cloud: Cloud, origin: WantedOrigin): Zone {
  const within = (zone: Zone) => origin.hostname === zone.name || origin.hostname.endsWith(`.${zone.name}`);
  const candidates =
    origin.zone_id === undefined ? listZones(cloud.db) : [requireZone(cloud, origin.zone_id)];
  const zone = candidates
    .filter(
      (candidate) =>
        within(candidate) && (origin.zone_name === undefined || candidate.name === origin.zone_name),
    )
    .sort((left, right) => right.name.length - left.name.length)[0];
  if (zone === undefined) throw domainOutsideZone(origin.hostname);
  return zone;
}

function requireDomain(cloud: Cloud, id: string): Domain {
  const domain = listDomains(cloud.db).find((candidate) => candidate.id === id);
  if (domain === undefined) throw domainNotFound();
  return domain;
}

const view = (cloud: Cloud, domain: Domain) => ({
  id: domain.id,
  zone_id: domain.zoneId,
  zone_name: requireZone(cloud, domain.zoneId).name,
  hostname: domain.hostname,
  service: domain.service,
  environment: "production",
  cert_id: domain.certId,
});
