/** Signs tokens for tests as an application's backend or a forger would: with plain Web Crypto, not with our code. */

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const text = (value: string): Uint8Array<ArrayBuffer> => new Uint8Array(new TextEncoder().encode(value));

export async function signJwt(
  claims: object,
  key: string,
  header: object = { alg: "HS256" },
): Promise<string> {
  const head = [header, claims].map((part) => base64url(text(JSON.stringify(part)))).join(".");
  const hmac = await crypto.subtle.importKey("raw", text(key), { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  return `${head}.${base64url(new Uint8Array(await crypto.subtle.sign("HMAC", hmac, text(head))))}`;
}

/** Changes one character of the signature. */
export const forge = (token: string): string =>
  token.replace(/.(?=.$)/, (last) => (last === "A" ? "B" : "A"));
