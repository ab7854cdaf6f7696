import type { ApiClient, ApiRequest } from "./api-client.ts";
import { GoneError, HttpError, isNotFound } from "./errors.ts";
import type { Incoming } from "./http-exchange.ts";
import type { Properties } from "./values.ts";

async function orGone<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof HttpError && isNotFound(error)) throw new GoneError(error.detail, error.status);
    throw error;
  }
}

/** The answer of the GET that tells whether a resource exists. @throws GoneError for 404. */
export const find = (api: ApiClient, request: Omit<ApiRequest, "method">): Promise<Properties> =>
  orGone(api.call({ method: "GET", ...request }));

/** The same for an answer that is not JSON. */
export const findRaw = (api: ApiClient, request: Omit<ApiRequest, "method">): Promise<Incoming> =>
  orGone(api.raw({ method: "GET", ...request }));
