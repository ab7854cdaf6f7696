/** What the address of a room depends on beside its script: its objects' names begin with a region, their ids carry the jurisdiction. */
import type { Problem } from "./problems.ts";

/** Where the rooms of a stack are found. */
export interface Home {
  readonly regions: readonly string[];
  readonly jurisdiction: string | undefined;
}

export interface HomeChange {
  readonly stack: string;
  /** Of the last finished run; undefined when there was none. */
  readonly before: Home | undefined;
  readonly now: Home;
  /** Setting `allowLeftRegions`. */
  readonly allowed: readonly string[];
}

const consent = ({ stack, allowed }: HomeChange, regions: readonly string[]): string =>
  regions
    .map((region, offset) => {
      const path = `'allowLeftRegions[${allowed.length + offset}]'`;
      return `npm run pulumi -- config set --path ${path} ${region} --stack ${stack}`;
    })
    .join(" && ");

const jurisdictionText = (name: string | undefined): string =>
  name === undefined ? "no jurisdiction" : `jurisdiction ${name}`;

/** Another jurisdiction is another set of objects: every room would begin anew. */
function leftJurisdiction(change: HomeChange, before: Home): Problem[] {
  const left = before.regions.filter((region) => !change.allowed.includes(region));
  if (before.jurisdiction === change.now.jurisdiction || left.length === 0) return [];
  const [was, is] = [before.jurisdiction, change.now.jurisdiction].map(jurisdictionText);
  return [
    {
      what:
        `${was} becomes ${is}, and every room would be left behind with its messages: ` +
        "the jurisdiction is part of an object's id, so people would meet in new, empty rooms",
      fix:
        `Put jurisdiction in Pulumi.${change.stack}.yaml back to ${before.jurisdiction ?? "nothing"}. If empty rooms are meant: ` +
        consent(change, left),
    },
  ];
}

/** Regions whose rooms nobody would find any more: an object is named `region/room`, and never moves. */
function leftRegions(change: HomeChange, before: Home): Problem[] {
  const { stack, now, allowed } = change;
  const left = before.regions.filter((region) => !now.regions.includes(region) && !allowed.includes(region));
  return left.map((region, offset) => ({
    what:
      `region ${region} leaves the settings, and rooms that only it holds would be left behind with their messages: ` +
      `a room's object is named region/room, so people would meet in new, empty rooms of ${now.regions.join(", ")}`,
    fix:
      `Put ${region} back into regions of Pulumi.${stack}.yaml; to send no visitor there any more, name it in closedRegions too. ` +
      `If what only ${region} holds may be lost: ${consent({ ...change, allowed: [...allowed, ...left.slice(0, offset)] }, [region])}`,
  }));
}

/** Why rooms would not be found where they are. */
export function leftBehind(change: HomeChange): Problem[] {
  const { before } = change;
  return before === undefined ? [] : [...leftJurisdiction(change, before), ...leftRegions(change, before)];
}
