import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { homeFolder, projectFolder } from "../toolchain/places.ts";

/**
 * Makes the home a place where the CLI finds the project and its stack files. In the project's own folder there is
 * nothing to do; another home (EDGE_CHAT_HOME) gets a Pulumi.yaml whose program is the project's, and the stack files
 * that it has not got yet.
 */
export function prepareHome(): void {
  if (homeFolder === projectFolder) return;
  mkdirSync(homeFolder, { recursive: true });
  const project = parseDocument(readFileSync(path.join(projectFolder, "Pulumi.yaml"), "utf8"));
  project.set("main", path.join(projectFolder, String(project.get("main"))));
  writeIfDifferent(path.join(homeFolder, "Pulumi.yaml"), project.toString());
  for (const file of readdirSync(projectFolder)) {
    // Pulumi.local.yaml belongs to one home: it holds that account's token.
    if (!/^Pulumi\.[\w-]+\.yaml$/.test(file) || file === "Pulumi.local.yaml") continue;
    const copy = path.join(homeFolder, file);
    if (!existsSync(copy)) copyFileSync(path.join(projectFolder, file), copy);
  }
}

function writeIfDifferent(file: string, text: string): void {
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}
