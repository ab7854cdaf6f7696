/** Bounds how long a client waits for a promise that may never settle. */

export class DeadlineExceeded extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = "DeadlineExceeded";
  }
}

/**
 * The result of `work`, or `DeadlineExceeded` after so many ms. What the work still brings then is dropped, also its
 * failure. The timer ends with the work: it must not hold the request, or a socket that came of it.
 */
export async function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new DeadlineExceeded(ms)), ms);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
