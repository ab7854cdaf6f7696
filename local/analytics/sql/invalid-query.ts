/** Cloudflare refuses a query with status 422 and these words before the reason, as plain text. */
export class InvalidQuery extends Error {
  constructor(reason: string) {
    super(`Input was invalid: ${reason}`);
    this.name = "InvalidQuery";
  }
}
