import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { CloudflareError } from "../cloudflare-errors.ts";

export interface ResultInfo {
  readonly page?: number;
  readonly per_page?: number;
  readonly count: number;
  readonly total_count?: number;
  readonly total_pages?: number;
  readonly cursor?: string;
}

/** Cloudflare's one shape of a good answer. */
export const ok = (context: Context, result: unknown, info?: ResultInfo): Response =>
  context.json({
    success: true,
    errors: [],
    messages: [],
    result,
    ...(info === undefined ? {} : { result_info: info }),
  });

/** Cloudflare tells of an identifier that leads nowhere twice. */
const NOT_ROUTED = 7003;
const NO_ROUTE = { code: 7000, message: "No route for that URI" };

/** Cloudflare's one shape of a refusal. `x-should-retry: false` spares the official provider three minutes of trying again. */
export function refusal(context: Context, error: CloudflareError): Response {
  if (!error.retryable) context.header("x-should-retry", "false");
  return context.json(
    {
      success: false,
      errors: [
        { code: error.code, message: error.message },
        ...(error.code === NOT_ROUTED ? [NO_ROUTE] : []),
      ],
      messages: [],
      result: null,
    },
    toStatus(error.status),
  );
}

/** Hono wants a literal type where any number from 200 to 599 works. */
const toStatus = (status: number): ContentfulStatusCode => status as ContentfulStatusCode;

const DEFAULT_PAGE_SIZE = 20;

/** One page of a list. A page past the end is empty: the official provider reads on until it meets one. */
export function page<T>(context: Context, list: readonly T[]): { items: T[]; info: ResultInfo } {
  const number = positive(context.req.query("page"), 1);
  const size = positive(context.req.query("per_page"), DEFAULT_PAGE_SIZE);
  const items = list.slice((number - 1) * size, number * size);
  return {
    items,
    info: {
      page: number,
      per_page: size,
      count: items.length,
      total_count: list.length,
      total_pages: Math.ceil(list.length / size),
    },
  };
}

/** A whole number above 0 of the query, or what stands for none. */
export function positive(given: string | undefined, fallback: number): number {
  const value = Number(given);
  return Number.isInteger(value) && value > 0 ? value : fallback;
}
