import { randomBytes } from "node:crypto";
import type { Hono } from "hono";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import { invalidBody, tokenNotFound } from "../cloudflare-errors.ts";
import { addToken, removeToken } from "../state/tokens.ts";
import { readJson } from "./body.ts";
import { ok } from "./envelope.ts";
import { groupId, PERMISSION_GROUPS } from "./permissions.ts";

const newTokenSchema = z.object({
  name: z.string().min(1),
  policies: z
    .array(
      z.object({
        effect: z.literal("allow"),
        resources: z.record(z.string(), z.unknown()).optional(),
        permission_groups: z.array(z.object({ id: z.string() })).min(1),
      }),
    )
    .min(1),
});

/** 256 bits as base64url: 43 characters, and the official provider asks for 40. */
const TOKEN_BYTES = 32;

/** Tokens with some rights only. Which account or zone a policy names is not looked at: there is one account. */
export function tokenRoutes(app: Hono, cloud: Cloud): void {
  app.get("/user/tokens/permission_groups", (context) =>
    ok(
      context,
      PERMISSION_GROUPS.map((name) => ({ id: groupId(name), name })),
    ),
  );

  app.post("/user/tokens", async (context) => {
    const { name, policies } = await readJson(context, newTokenSchema);
    const wanted = policies.flatMap((policy) => policy.permission_groups.map(({ id }) => id));
    const permissions = PERMISSION_GROUPS.filter((group) => wanted.includes(groupId(group)));
    const unknown = wanted.find((id) => !PERMISSION_GROUPS.some((group) => groupId(group) === id));
    if (unknown !== undefined) throw invalidBody(`there is no permission group '${unknown}'`);
    const token = { id: cloud.hexId(), name, permissions };
    const value = randomBytes(TOKEN_BYTES).toString("base64url");
    addToken(cloud.db, value, token);
    const named = policies.map((policy) => ({ id: cloud.hexId(), ...policy }));
    return ok(context, { id: token.id, name, status: "active", policies: named, value });
  });

  app.delete("/user/tokens/:id", (context) => {
    const id = context.req.param("id");
    if (!removeToken(cloud.db, id)) throw tokenNotFound();
    return ok(context, { id });
  });
}
