import { accountOf, pathParameter } from "../resource-kind.ts";
import type { Properties } from "../values.ts";

/** The path of a script in the API, as segments. */
export const scriptPath = (properties: Properties): string[] => [
  "accounts",
  accountOf(properties),
  "workers",
  "scripts",
  pathParameter(properties, "scriptName", "script_name"),
];
