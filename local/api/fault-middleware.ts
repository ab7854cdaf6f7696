import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Context, Next } from "hono";
import { CloudflareError } from "../cloudflare-errors.ts";
import type { Faults } from "../faults.ts";
import { refusal } from "./envelope.ts";

/** Carries out what `local/faults` was asked for, around the real call. */
export const withFaults =
  (faults: Faults) =>
  async (context: Context<{ Bindings: HttpBindings }>, next: Next): Promise<Response | undefined> => {
    const fault = faults.meet(context.req.method, context.req.path.replace(/^\/client\/v4/, ""));
    if (fault === undefined) {
      await next();
      return undefined;
    }
    if (fault.when === "after") {
      await next();
      context.res = undefined;
    }
    faults.acted();
    const { action } = fault;
    switch (action.kind) {
      case "status": {
        const error = new CloudflareError(action.status, action.code, "a fault was asked for", true);
        const answer = refusal(context, error);
        if (action.retryAfterSeconds !== undefined)
          answer.headers.set("retry-after", String(action.retryAfterSeconds));
        // What the call itself answered is there already, and a returned answer would not replace it.
        context.res = answer;
        return undefined;
      }
      case "answer":
        context.res = new Response(action.body, { status: action.status, headers: action.headers });
        return undefined;
      case "hang": {
        const { outgoing } = context.env;
        await new Promise((resolve) => outgoing.on("close", resolve));
        return RESPONSE_ALREADY_SENT;
      }
      case "reset":
        context.env.incoming.socket.destroy();
        return RESPONSE_ALREADY_SENT;
      default:
        throw new Error(`unknown fault ${JSON.stringify(action satisfies never)}`);
    }
  };
