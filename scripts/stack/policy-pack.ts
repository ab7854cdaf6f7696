import path from "node:path";
import { projectFolder } from "../toolchain/places.ts";
import { LOCAL_STACK } from "./environment.ts";

/**
 * The CLI's flags that put a plan under the project's policies. Every stack but `local`, which is one person's, gets them;
 * `--policy-pack-config <file>` in the caller's own flags relaxes a rule.
 */
export const policyFlags = (stack: string): string[] =>
  stack === LOCAL_STACK ? [] : ["--policy-pack", path.join(projectFolder, "infra/policy")];
