/**
 * JWTs signed with HS256. The signature is jose's work; the claims that bound a token's life are checked here, since
 * jose's own reader of claims brings durations and date formats that nobody uses (2 kB of the bundle).
 */
import { CompactSign } from "jose/jws/compact/sign";
import { compactVerify } from "jose/jws/compact/verify";
import * as v from "valibot";

const ALGORITHM = "HS256";

/** `exp` is required: a token without an end could never be taken back. Unix seconds. */
const lifeSchema = v.looseObject({ exp: v.pipe(v.number(), v.finite()), nbf: v.optional(v.number()) });

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export const signJwt = (claims: object, key: string): Promise<string> =>
  new CompactSign(bytes(JSON.stringify(claims))).setProtectedHeader({ alg: ALGORITHM }).sign(bytes(key));

/**
 * The claims of a token that `key` signed and whose time it is; else undefined, whatever is wrong with it.
 * @param nowSeconds Unix seconds.
 * @param toleranceSeconds How far the signer's clock may be off.
 */
export async function verifyJwt(
  token: string,
  key: string,
  nowSeconds: number,
  toleranceSeconds = 0,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const { payload } = await compactVerify(token, bytes(key), { algorithms: [ALGORITHM] });
    const claims: unknown = JSON.parse(new TextDecoder().decode(payload));
    if (!v.is(lifeSchema, claims)) return undefined;
    const begun = claims.nbf === undefined || claims.nbf <= nowSeconds + toleranceSeconds;
    return begun && nowSeconds - toleranceSeconds < claims.exp ? claims : undefined;
  } catch {
    return undefined;
  }
}
