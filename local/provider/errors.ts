/** A failure told in the official provider's two parts; the engine prints `summary: detail`. */
export class ProviderError extends Error {
  override readonly name = "ProviderError";
  readonly summary: string;
  readonly detail: string;

  constructor(summary: string, detail: string) {
    super(`${summary}: ${detail}`);
    this.summary = summary;
    this.detail = detail;
  }
}

/** An HTTP request that ended without success, after all retries. `status` is missing when no answer came. */
export class HttpError extends ProviderError {
  readonly status: number | undefined;

  constructor(detail: string, status?: number) {
    super("failed to make http request", detail);
    this.status = status;
  }
}

/** The 404 of a read: whoever deleted the resource did it outside Pulumi. A refresh drops it from state, an import fails. */
export class GoneError extends HttpError {}

export const isNotFound = (error: unknown): boolean => error instanceof HttpError && error.status === 404;
