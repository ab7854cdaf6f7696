/** `GET /api/health`: which version runs, and where. Cheap, uncached, touches no room. */
import { json } from "./answer.ts";
import type { Route } from "./route.ts";

export const health: Route = ({ request, env }) => {
  const colo = request.cf?.colo;
  return json({
    status: "healthy",
    edge: typeof colo === "string" && colo !== "" ? colo : "unknown",
    timestamp: Date.now(),
    version: env.VERSION,
  });
};
