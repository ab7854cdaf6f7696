/** Compares the bearer token of a moderation call without telling, by its time, how much of it was right. */

const digest = async (text: string): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));

/** False without a configured token: nobody moderates then. Digests make both sides equally long. */
export async function isAdminToken(
  given: string | undefined,
  configured: string | undefined,
): Promise<boolean> {
  if (given === undefined || configured === undefined || configured === "") return false;
  const [left, right] = await Promise.all([digest(given), digest(configured)]);
  return left.reduce((difference, byte, index) => difference | (byte ^ (right[index] ?? 0)), 0) === 0;
}
