import type { Context } from "hono";
import { z } from "zod";
import { invalidBody } from "../cloudflare-errors.ts";

/** The JSON body, checked. An empty body counts as `{}`. Throws 10001 with every problem at once. */
export async function readJson<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const text = await context.req.text();
  let value: unknown;
  try {
    value = text === "" ? {} : JSON.parse(text);
  } catch {
    throw invalidBody("it is not JSON");
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalidBody(z.prettifyError(parsed.error));
  return parsed.data;
}

export async function readForm(context: Context): Promise<FormData> {
  try {
    return await context.req.formData();
  } catch {
    throw invalidBody("it is no multipart form");
  }
}
