/**
 * Which version of a deployment takes a request. Pure.
 * Source: developers.cloudflare.com/workers/versions-and-deployments (gradual deployments, version affinity, version
 * overrides): a request that names a version of the deployment gets it, one with a key gets always the same, all
 * others are drawn by percentage.
 */
import { createHash } from "node:crypto";

export const OVERRIDE_HEADER = "cloudflare-workers-version-overrides";
export const AFFINITY_HEADER = "cloudflare-workers-version-key";

/** What a request says about the version it wants. */
export interface VersionWish {
  /** Version ids by script name. */
  readonly overrides: ReadonlyMap<string, string>;
  readonly key: string | undefined;
}

export function versionWish(overrideHeader: string | undefined, keyHeader: string | undefined): VersionWish {
  return { overrides: parseOverrides(overrideHeader ?? ""), key: keyHeader === "" ? undefined : keyHeader };
}

/** A dictionary of strings (RFC 8941, 3.2). One that is not well-formed counts as absent as a whole. */
function parseOverrides(header: string): ReadonlyMap<string, string> {
  const overrides = new Map<string, string>();
  for (const member of header.split(",")) {
    const match = MEMBER.exec(member);
    if (match?.[1] === undefined || match[2] === undefined) return new Map();
    overrides.set(match[1], match[2]);
  }
  return overrides;
}

/** A version id holds neither quotes nor commas, so no other string can name a version. */
const MEMBER = /^[ \t]*([a-z*][a-z0-9_.*-]*)="([^"\\]*)"[ \t]*$/;

/** `random` in [0, 1) decides when the request has no wish. The shares are never empty. */
export function pickVersion<Share extends { readonly percentage: number; readonly versionId: string }>(
  script: string,
  shares: readonly Share[],
  wish: VersionWish,
  random: number,
): Share {
  const wanted = wish.overrides.get(script);
  const overridden = shares.find((share) => share.versionId === wanted);
  if (overridden !== undefined) return overridden;
  return atPoint(shares, (wish.key === undefined ? random : hashOf(wish.key)) * 100);
}

/**
 * The share that covers `point`, 0 to 100, when they are laid side by side in the order of the deployment. A share
 * that grows at the expense of the next one keeps all it had.
 */
export function atPoint<Share extends { readonly percentage: number }>(
  shares: readonly Share[],
  point: number,
): Share {
  let end = 0;
  for (const share of shares) {
    end += share.percentage;
    if (point < end) return share;
  }
  const last = shares.findLast((share) => share.percentage > 0) ?? shares.at(-1);
  if (last === undefined) throw new Error("a deployment has no version");
  return last;
}

/** In [0, 1). */
const hashOf = (key: string): number => createHash("sha256").update(key).digest().readUInt32BE(0) / 2 ** 32;
