import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { routeInvalid, routeNotFound, routeTaken } from "../cloudflare-errors.ts";
import { parsePattern } from "../edge/route-pattern.ts";
import { transaction } from "../state/database.ts";
import { listZones, type Zone } from "../state/identity.ts";
import { listRoutes, type Route, removeRoute, saveRoute } from "../state/routing.ts";
import { readJson } from "./body.ts";
import { ok } from "./envelope.ts";
import { requireScript } from "./script-view.ts";
import { requireZone } from "./zones.ts";

const routeSchema = z.object({ pattern: z.string(), script: z.string().nullish() });
const scriptRouteSchema = z.array(
  z.object({ pattern: z.string(), zone_id: z.string().optional(), zone_name: z.string().optional() }),
);

export function routeRoutes(app: Hono, cloud: Cloud): void {
  const base = "/zones/:zone/workers/routes";

  app.get(base, (context) => {
    const zone = requireZone(cloud, context.req.param("zone"));
    return ok(
      context,
      listRoutes(cloud.db)
        .filter((route) => route.zoneId === zone.id)
        .map(view),
    );
  });

  app.post(base, async (context) => {
    const zone = requireZone(cloud, context.req.param("zone"));
    const { pattern, script } = await readJson(context, routeSchema);
    return ok(context, view(saveChecked(cloud, zone, cloud.hexId(), pattern, script ?? undefined)));
  });

  app.get(`${base}/:route`, (context) =>
    ok(context, view(requireRoute(cloud, context.req.param("zone"), context.req.param("route")))),
  );

  app.put(`${base}/:route`, async (context) => {
    const zone = requireZone(cloud, context.req.param("zone"));
    const { id } = requireRoute(cloud, zone.id, context.req.param("route"));
    const { pattern, script } = await readJson(context, routeSchema);
    return ok(context, view(saveChecked(cloud, zone, id, pattern, script ?? undefined)));
  });

  app.delete(`${base}/:route`, (context) => {
    const { id } = requireRoute(cloud, context.req.param("zone"), context.req.param("route"));
    removeRoute(cloud.db, id);
    return ok(context, { id });
  });

  /** wrangler: all routes of one script at once, in any zone. Routes that are not listed go. */
  app.put("/accounts/:account/workers/scripts/:name/routes", async (context) => {
    const { script } = requireScript(cloud, context.req.param("name"));
    const wanted = await readJson(context, scriptRouteSchema);
    const saved = transaction(cloud.db, () => {
      const before = listRoutes(cloud.db);
      for (const route of before)
        if (route.script === script.name && !wanted.some(({ pattern }) => pattern === route.pattern))
          removeRoute(cloud.db, route.id);
      return wanted.map(({ pattern, zone_id, zone_name }) => {
        const zone = zoneFor(cloud, pattern, zone_id, zone_name);
        const own = before.find((route) => route.zoneId === zone.id && route.pattern === pattern);
        const id = own?.script === script.name ? own.id : cloud.hexId();
        return saveChecked(cloud, zone, id, pattern, script.name);
      });
    });
    return ok(context, saved.map(view));
  });
}

function requireRoute(cloud: Cloud, zoneId: string, id: string): Route {
  const zone = requireZone(cloud, zoneId);
  const route = listRoutes(cloud.db).find((candidate) => candidate.zoneId === zone.id && candidate.id === id);
  if (route === undefined) throw routeNotFound();
  return route;
}

function saveChecked(
  cloud: Cloud,
  zone: Zone,
  id: string,
  pattern: string,
  script: string | undefined,
): Route {
  const parsed = parsePattern(pattern);
  if ("problem" in parsed) throw routeInvalid(pattern, parsed.problem);
  if (
    parsed.host !== zone.name &&
    !parsed.host.endsWith(`.${zone.name}`) &&
    !(parsed.anyPrefix && parsed.host === "")
  )
    throw routeInvalid(pattern, `its host is not part of the zone '${zone.name}'`);
  if (script !== undefined) requireScript(cloud, script);
  const taken = listRoutes(cloud.db).some(
    (route) => route.zoneId === zone.id && route.pattern === pattern && route.id !== id,
  );
  if (taken) throw routeTaken();
  const route: Route = { id, zoneId: zone.id, pattern, script };
  saveRoute(cloud.db, route);
  return route;
}

function zoneFor(cloud: Cloud, pattern: string, id: string | undefined, name: string | undefined): Zone {
  if (id !== undefined) return requireZone(cloud, id);
  const parsed = parsePattern(pattern);
  if ("problem" in parsed) throw routeInvalid(pattern, parsed.problem);
  const zone = listZones(cloud.db)
    .filter((candidate) =>
      name === undefined
        ? parsed.host === candidate.name || parsed.host.endsWith(`.${candidate.name}`)
        : candidate.name === name,
    )
    .sort((left, right) => right.name.length - left.name.length)[0];
  if (zone === undefined) throw routeInvalid(pattern, "no zone of this account matches its host");
  return zone;
}

const view = (route: Route) => ({
  id: route.id,
  pattern: route.pattern,
  ...(route.script === undefined ? {} : { script: route.script }),
});
