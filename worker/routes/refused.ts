/** Why a request gets no: thrown by the parts that decide, turned into an answer in one place. */
import { REFUSALS, type RefusalCode } from "../room/protocol.ts";

/** What the HTTP calls add to the refusals that a socket knows. */
const HTTP_REFUSALS = {
  bad_request: 400,
  unauthorized: 401,
  bad_origin: 403,
  not_found: 404,
  method_not_allowed: 405,
  internal: 500,
  misconfigured: 500,
} as const;

export type HttpErrorCode = RefusalCode | keyof typeof HTTP_REFUSALS;

export const isSocketRefusal = (code: string): code is RefusalCode => Object.hasOwn(REFUSALS, code);

const statusOf = (code: HttpErrorCode): number =>
  isSocketRefusal(code) ? REFUSALS[code].status : HTTP_REFUSALS[code];

export interface RefusedDetails {
  /** When it makes sense to try again, ms. */
  readonly retryAfterMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export class Refused extends Error {
  readonly code: HttpErrorCode;
  readonly status: number;
  readonly details: RefusedDetails;

  /** @param message For the person at the client: what is wrong, and what is allowed. */
  constructor(code: HttpErrorCode, message: string, details: RefusedDetails = {}) {
    super(message);
    this.name = "Refused";
    this.code = code;
    this.status = statusOf(code);
    this.details = details;
  }
}
