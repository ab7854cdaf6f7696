/** Differences that the provider reports although nothing is wrong, each by name. Everything else counts as drift. */

const SCRIPT = "cloudflare:index/workersScript:WorkersScript";

const STAMP = "a stamp of the last upload, not a setting";

/** Property of a resource type → why it means nothing. */
const KNOWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  [SCRIPT]: {
    startupTimeMs: "measured anew at each upload: cloudflare/terraform-provider-cloudflare#7326",
    modifiedOn: STAMP,
    etag: `${STAMP}; changed code shows as contentSha256`,
    lastDeployedFrom: STAMP,
    annotations: STAMP,
    handlers: "follows from the code",
    namedHandlers: "follows from the code",
  },
};

/** Why a difference is ignored; undefined when it is not. */
export const ignoredAs = (type: string, property: string): string | undefined => KNOWN[type]?.[property];
