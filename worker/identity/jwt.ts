/**
 * JWTs signed with HS256, and no other: one algorithm, two calls of Web Crypto. A library for all of JOSE would be a
 * tenth of the Worker.
 */
import * as v from "valibot";
import { base64url, bytesOfBase64url } from "./base64url.ts";

const ALGORITHM = "HS256";
const HMAC = { name: "HMAC", hash: "SHA-256" };

/** The algorithm is ours to say, not the token's. `crit` names extensions that a reader must know: we know none. */
const headerSchema = v.object({ alg: v.literal(ALGORITHM), crit: v.optional(v.undefined()) });

/** `exp` is required: a token without an end could never be taken back. Unix seconds. */
const lifeSchema = v.looseObject({ exp: v.pipe(v.number(), v.finite()), nbf: v.optional(v.number()) });

const encoder = new TextEncoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);
const encode = (value: object): string => base64url(bytes(JSON.stringify(value)));
/** The same in each of ours. */
const HEADER = encode({ alg: ALGORITHM });
const decode = (part: string): unknown => JSON.parse(new TextDecoder().decode(bytesOfBase64url(part)));

/** Imported once while the Worker lives: every join signs. A deployment has two or three keys. */
const imported = new Map<string, CryptoKey>();
const KEYS_KEPT = 8;

async function hmacKey(key: string, use: "sign" | "verify"): Promise<CryptoKey> {
  const name = `${use} ${key}`;
  const known = imported.get(name);
  if (known !== undefined) return known;
  const fresh = await crypto.subtle.importKey("raw", bytes(key), HMAC, false, [use]);
  if (imported.size >= KEYS_KEPT) imported.clear();
  imported.set(name, fresh);
  return fresh;
}

export async function signJwt(claims: object, key: string): Promise<string> {
  const signed = `${HEADER}.${encode(claims)}`;
  const signature = await crypto.subtle.sign("HMAC", await hmacKey(key, "sign"), bytes(signed));
  return `${signed}.${base64url(new Uint8Array(signature))}`;
}

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
    const [header = "", payload = "", signature = "", ...more] = token.split(".");
    if (more.length > 0 || !v.is(headerSchema, decode(header))) return undefined;
    const signed = bytes(`${header}.${payload}`);
    const hmac = await hmacKey(key, "verify");
    // Web Crypto compares in constant time. Nothing of the claims is read before.
    if (!(await crypto.subtle.verify("HMAC", hmac, bytesOfBase64url(signature), signed))) return undefined;
    const claims = decode(payload);
    if (!v.is(lifeSchema, claims)) return undefined;
    const begun = claims.nbf === undefined || claims.nbf <= nowSeconds + toleranceSeconds;
    return begun && nowSeconds - toleranceSeconds < claims.exp ? claims : undefined;
  } catch {
    return undefined;
  }
}
