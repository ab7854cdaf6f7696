/** Turns a client's address into the key that its connections are counted under. */

/** Groups of an IPv6 address that name one subscriber: a home or a machine gets a /64 and can use all of it. */
const NETWORK_GROUPS = 4;
const GROUPS = 8;

const MAPPED_IPV4 = /^(?:::ffff:)(\d+\.\d+\.\d+\.\d+)$/;

function expand(address: string): readonly string[] {
  const [head = "", tail] = address.split("::");
  const left = head === "" ? [] : head.split(":");
  if (tail === undefined) return left;
  const right = tail === "" ? [] : tail.split(":");
  const gap = Math.max(0, GROUPS - left.length - right.length);
  return [...left, ...Array<string>(gap).fill("0"), ...right];
}

/**
 * IPv4 by itself, IPv6 by its /64, an IPv4 address mapped into IPv6 as IPv4. Without an address (never on Cloudflare)
 * all share the key `unknown`: a limit that is too strict beats none.
 */
export function addressKey(address: string | null): string {
  if (address === null || address === "") return "unknown";
  const lower = address.toLowerCase();
  const mapped = MAPPED_IPV4.exec(lower)?.[1];
  if (mapped !== undefined) return mapped;
  if (!lower.includes(":")) return lower;
  const network = expand(lower.replace(/%.*$/, "")).slice(0, NETWORK_GROUPS);
  return `${network.map((group) => group.replace(/^0+(?=.)/, "")).join(":")}::/64`;
}
