import { deploymentInvalid } from "../cloudflare-errors.ts";
import type { VersionShare } from "../state/deployments.ts";

/** Cloudflare splits the traffic between two versions at most. */
const MAX_VERSIONS = 2;
/** Percentages have two decimals: sums are compared in hundredths. */
const HUNDREDTHS = 100;

/** Throws when a deployment of these versions makes no sense. Pure. */
export function checkShares(shares: readonly VersionShare[]): void {
  if (shares.length < 1 || shares.length > MAX_VERSIONS)
    throw deploymentInvalid(`it has ${shares.length} versions; 1 to ${MAX_VERSIONS} are allowed`);
  for (const { versionId, percentage } of shares)
    if (percentage < 0 || percentage > 100 || !Number.isInteger(Math.round(percentage * 1e6) / 1e4))
      throw deploymentInvalid(
        `version '${versionId}' has ${percentage} percent; 0 to 100 with at most two decimals are allowed`,
      );
  if (new Set(shares.map(({ versionId }) => versionId)).size !== shares.length)
    throw deploymentInvalid("a version is named twice");
  const sum = shares.reduce((total, { percentage }) => total + Math.round(percentage * HUNDREDTHS), 0);
  if (sum !== 100 * HUNDREDTHS)
    throw deploymentInvalid(`the percentages add up to ${sum / HUNDREDTHS}; 100 is needed`);
}
