/** The management API under `/client/v4`, one file a resource. */
import { createServer, type Server } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { CloudflareError, diskFull, internal, notSupported } from "../cloudflare-errors.ts";
import { type Faults, faultSchema } from "../faults.ts";
import { analyticsRoutes } from "./analytics.ts";
import { assetRoutes } from "./assets.ts";
import { readJson } from "./body.ts";
import { containerRoutes } from "./containers.ts";
import { isDiskFull } from "./disk-full.ts";
import { domainRoutes } from "./domains.ts";
import { ok, refusal } from "./envelope.ts";
import { withFaults } from "./fault-middleware.ts";
import { authenticated, isLoopback, loopbackOnly, ownAccount } from "./guard.ts";
import { kvNamespaceRoutes } from "./kv-namespaces.ts";
import { kvValueRoutes } from "./kv-values.ts";
import { objectNamespaceRoutes } from "./object-namespaces.ts";
import { routeRoutes } from "./routes.ts";
import { scheduleRoutes } from "./schedules.ts";
import { scriptSettingsRoutes } from "./script-settings.ts";
import { scriptRoutes } from "./scripts.ts";
import { secretRoutes } from "./secrets.ts";
import { subdomainRoutes } from "./subdomains.ts";
import { acceptTail } from "./tail-socket.ts";
import { tailRoutes } from "./tails.ts";
import { tokenRoutes } from "./tokens.ts";
import { userRoutes } from "./user.ts";
import { versionRoutes } from "./versions.ts";
import { workerVersionRoutes } from "./worker-versions.ts";
import { workerRoutes } from "./workers.ts";
import { zoneRoutes } from "./zones.ts";

export const API_PREFIX = "/client/v4";

const RESOURCES = [
  userRoutes,
  tokenRoutes,
  zoneRoutes,
  scriptSettingsRoutes,
  scriptRoutes,
  versionRoutes,
  workerRoutes,
  assetRoutes,
  containerRoutes,
  workerVersionRoutes,
  secretRoutes,
  subdomainRoutes,
  routeRoutes,
  domainRoutes,
  scheduleRoutes,
  tailRoutes,
  objectNamespaceRoutes,
  kvNamespaceRoutes,
  kvValueRoutes,
  analyticsRoutes,
];

export function apiApp(
  cloud: Cloud,
  faults: Faults,
  log: (line: string) => void,
): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.use(loopbackOnly);
  app.use(authenticated(cloud));
  app.post("/__local/faults", async (context) => {
    faults.arm(await readJson(context, z.array(faultSchema)));
    return ok(context, null);
  });
  app.get("/__local/faults", (context) => ok(context, faults.report()));
  app.use(`${API_PREFIX}/*`, withFaults(faults));
  app.use(`${API_PREFIX}/accounts/:account/*`, ownAccount(cloud));
  app.use(`${API_PREFIX}/accounts/:account`, ownAccount(cloud));
  const api = new Hono();
  for (const resource of RESOURCES) resource(api, cloud);
  app.route(API_PREFIX, api);
  app.notFound((context) => refusal(context, notSupported(context.req.method, context.req.path)));
  app.onError((error, context) => {
    if (error instanceof CloudflareError) return refusal(context, error);
    if (isDiskFull(error, cloud.dataFolder)) return refusal(context, diskFull(cloud.dataFolder));
    log(`${context.req.method} ${context.req.path} failed: ${error.stack ?? error.message}`);
    return refusal(context, internal(error.message));
  });
  return app;
}

export function createApiServer(cloud: Cloud, faults: Faults, log: (line: string) => void): Server {
  const app = apiApp(cloud, faults, log);
  const server = createServer(getRequestListener(app.fetch));
  server.on("upgrade", (request, socket) => {
    const { host, origin } = request.headers;
    if (!isLoopback(`http://${host ?? ""}`) || (origin !== undefined && !isLoopback(origin)))
      socket.destroy();
    else acceptTail(request, socket, cloud.tails, cloud.now().getTime());
  });
  return server;
}
