import type { Hono } from "hono";
import { answerQuery, openForQueries } from "../analytics/query.ts";
import { InvalidQuery } from "../analytics/sql/invalid-query.ts";
import type { Cloud } from "../cloud.ts";

/** Cloudflare's status for a query that it does not understand. */
const UNPROCESSABLE = 422;

/** The SQL API of Analytics Engine: the query is the body, and the answer has no envelope. */
export function analyticsRoutes(app: Hono, cloud: Cloud): void {
  app.post("/accounts/:account/analytics_engine/sql", async (context) => {
    const query = await context.req.text();
    const file = cloud.db.location();
    if (file === null) throw new Error("the account's state is no file");
    const db = openForQueries(file);
    try {
      const { contentType, body } = answerQuery(db, query, cloud.now().getTime());
      return new Response(body, { headers: { "content-type": contentType } });
    } catch (error) {
      if (!(error instanceof InvalidQuery)) throw error;
      return new Response(error.message, {
        status: UNPROCESSABLE,
        headers: { "content-type": "text/plain" },
      });
    } finally {
      db.close();
    }
  });
}
