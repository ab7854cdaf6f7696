/** Secrets that an upload leaves as the script has them. */
import type { SecretName } from "./bindings.ts";
import type { LiveScript } from "./migrations.ts";
import type { Problem } from "./problems.ts";

/** There is nothing to keep before there is a script: Cloudflare would refuse the upload without saying which setting. */
export function keptWithoutScript(
  kept: readonly SecretName[],
  live: LiveScript | undefined,
  stack: string,
): Problem[] {
  if (live !== undefined || kept.length === 0) return [];
  return [
    {
      what: `keptSecrets names ${kept.join(", ")}, but there is no script yet that could have ${kept.length === 1 ? "it" : "them"}`,
      fix:
        `Set the first value here (npm run pulumi -- config set --secret … --stack ${stack}) and leave keptSecrets out; ` +
        "keep it from the second up on.",
    },
  ];
}
