import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { invalidBody, notSupported } from "../cloudflare-errors.ts";
import { type AssetFile, openAssetUpload, takeAssets } from "../deployment/asset-upload.ts";
import { manifestSchema } from "../state/assets.ts";
import { readForm, readJson } from "./body.ts";
import { ok } from "./envelope.ts";
import { bearerToken } from "./guard.ts";

const sessionSchema = z.object({ manifest: manifestSchema });

/** Static assets: see `deployment/asset-upload`. Files come under the session's token instead of the account's. */
export function assetRoutes(app: Hono, cloud: Cloud): void {
  app.post("/accounts/:account/workers/scripts/:name/assets-upload-session", async (context) => {
    const { manifest } = await readJson(context, sessionSchema);
    const opened = openAssetUpload(cloud, context.req.param("name"), manifest);
    context.status(opened.buckets.length > 0 ? 201 : 200);
    return ok(context, opened);
  });

  app.post("/accounts/:account/workers/assets/upload", async (context) => {
    if (context.req.query("base64") !== "true")
      throw notSupported("POST", `${context.req.path} without ?base64=true`);
    const files: AssetFile[] = [];
    for (const [hash, part] of await readForm(context)) {
      const base64 = typeof part === "string" ? part : await part.text();
      files.push({ hash, bytes: Buffer.from(base64, "base64") });
    }
    if (files.length === 0) throw invalidBody("it has no file");
    const jwt = takeAssets(cloud, bearerToken(context), files);
    context.status(jwt === undefined ? 202 : 201);
    return ok(context, jwt === undefined ? {} : { jwt });
  });
}
