import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import type { Files } from "./resource-kind.ts";
import { asProperties, asString } from "./values.ts";

/**
 * Where the program's relative paths start. The engine runs a plugin in the folder of the program's entry, but does
 * not tell it to a provider that it only attaches to, so it is worked out from the project file as the engine does.
 */
export function programFolder(project: string): string {
  try {
    const settings = asProperties(parse(readFileSync(resolve(project, "Pulumi.yaml"), "utf8")));
    return resolve(project, dirname(asString(settings.main) || "index.ts"));
  } catch {
    return project;
  }
}

/** Reads the files that a program names. */
export const programFiles = (project: string): Files => ({
  read: (path) => readFile(resolve(programFolder(project), path)),
});
