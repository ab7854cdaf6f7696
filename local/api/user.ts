import type { Hono } from "hono";
import type { Cloud } from "../cloud.ts";
import { ok, page } from "./envelope.ts";

/** Who am I: the token, its user, and the one account. */
export function userRoutes(app: Hono, cloud: Cloud): void {
  const { identity } = cloud;
  const account = { id: identity.accountId, name: identity.accountName, type: "standard", settings: {} };
  const token = { id: identity.userId, status: "active" };
  const membership = {
    id: identity.userId,
    status: "accepted",
    account,
    roles: ["Super Administrator - All Privileges"],
    permissions: {},
  };

  app.get("/user", (context) =>
    ok(context, { id: identity.userId, email: "local@localhost", username: "local" }),
  );
  app.get("/user/tokens/verify", (context) => ok(context, token));
  app.get("/accounts/:account/tokens/verify", (context) => ok(context, token));
  app.get("/accounts", (context) => {
    const { items, info } = page(context, [account]);
    return ok(context, items, info);
  });
  app.get("/accounts/:account", (context) => ok(context, account));
  app.get("/memberships", (context) => {
    const { items, info } = page(context, [membership]);
    return ok(context, items, info);
  });
}
