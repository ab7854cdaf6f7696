import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { saveScript } from "../state/scripts.ts";
import { readJson } from "./body.ts";
import { ok } from "./envelope.ts";
import { requireScript } from "./script-view.ts";

const schedulesSchema = z.array(z.object({ cron: z.string().min(1) }));

/** Cron triggers are kept and listed. They do not fire on this machine: `wrangler dev --test-scheduled` is for that. */
export function scheduleRoutes(app: Hono, cloud: Cloud): void {
  const path = "/accounts/:account/workers/scripts/:name/schedules";

  app.get(path, (context) =>
    ok(context, { schedules: requireScript(cloud, context.req.param("name")).script.schedules }),
  );

  app.put(path, async (context) => {
    const { script } = requireScript(cloud, context.req.param("name"));
    const now = cloud.now().toISOString();
    const schedules = (await readJson(context, schedulesSchema)).map(({ cron }) => ({
      cron,
      created_on: script.schedules.find((schedule) => schedule.cron === cron)?.created_on ?? now,
      modified_on: now,
    }));
    saveScript(cloud.db, { ...script, schedules });
    return ok(context, { schedules });
  });
}
