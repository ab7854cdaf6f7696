/** What the address of a room depends on beside its script: its object's name begins with its region. */
import type { Problem } from "./problems.ts";

export interface RegionChange {
  readonly stack: string;
  /** Regions of the last finished run; undefined when there was none. */
  readonly before: readonly string[] | undefined;
  readonly now: readonly string[];
  /** Setting `allowLeftRegions`. */
  readonly allowed: readonly string[];
}

/** Regions whose rooms nobody would find any more: an object is named `region/room`, and never moves. */
export function leftRegions({ stack, before = [], now, allowed }: RegionChange): Problem[] {
  const left = before.filter((region) => !now.includes(region) && !allowed.includes(region));
  return left.map((region, offset) => ({
    what:
      `region ${region} leaves the settings, and its rooms would be left behind with their messages: ` +
      `a room's object is named region/room, so people would meet in new, empty rooms of ${now.join(", ")}`,
    fix:
      `Put ${region} back into regions of Pulumi.${stack}.yaml. If empty rooms are meant: ` +
      `npm run pulumi -- config set --path 'allowLeftRegions[${allowed.length + offset}]' ${region} --stack ${stack}`,
  }));
}
