import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { cannotRoute, zoneNotFound, zoneTaken } from "../cloudflare-errors.ts";
import { addZone, listZones, type Zone } from "../state/identity.ts";
import { readJson } from "./body.ts";
import { ok, page } from "./envelope.ts";

const newZoneSchema = z.object({ name: z.string().min(1), account: z.object({ id: z.string() }).optional() });

export function zoneRoutes(app: Hono, cloud: Cloud): void {
  app.get("/zones", (context) => {
    const name = context.req.query("name");
    const account = context.req.query("account.id");
    const found = listZones(cloud.db).filter(
      (zone) =>
        (name === undefined || zone.name === name) &&
        (account === undefined || account === cloud.identity.accountId),
    );
    const { items, info } = page(context, found);
    return ok(
      context,
      items.map((zone) => zoneView(cloud, zone)),
      info,
    );
  });

  app.post("/zones", async (context) => {
    const { name, account } = await readJson(context, newZoneSchema);
    if (account !== undefined && account.id !== cloud.identity.accountId)
      throw cannotRoute(`/accounts/${account.id}`);
    if (listZones(cloud.db).some((zone) => zone.name === name)) throw zoneTaken(name);
    const zone = { id: cloud.hexId(), name, createdOn: cloud.now().toISOString() };
    addZone(cloud.db, zone);
    return ok(context, zoneView(cloud, zone));
  });

  app.get("/zones/:zone", (context) =>
    ok(context, zoneView(cloud, requireZone(cloud, context.req.param("zone")))),
  );
}

export function requireZone(cloud: Cloud, id: string): Zone {
  const zone = listZones(cloud.db).find((candidate) => candidate.id === id);
  if (zone === undefined) throw zoneNotFound(id);
  return zone;
}

const zoneView = (cloud: Cloud, zone: Zone) => ({
  id: zone.id,
  name: zone.name,
  status: "active",
  paused: false,
  type: "full",
  development_mode: 0,
  name_servers: ["a.ns.localhost", "b.ns.localhost"],
  original_name_servers: null,
  original_registrar: null,
  original_dnshost: null,
  modified_on: zone.createdOn,
  created_on: zone.createdOn,
  activated_on: zone.createdOn,
  meta: { step: 2, custom_certificate_quota: 0, page_rule_quota: 3, phishing_detected: false },
  owner: { id: null, type: "user", email: null },
  account: { id: cloud.identity.accountId, name: cloud.identity.accountName },
  tenant: { id: null, name: null },
  tenant_unit: { id: null },
  permissions: ["#zone:read", "#worker:edit"],
  plan: {
    id: "0feeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
    name: "Free Website",
    price: 0,
    currency: "USD",
    frequency: "",
    is_subscribed: false,
    can_subscribe: false,
    legacy_id: "free",
    legacy_discount: false,
    externally_managed: false,
  },
});
