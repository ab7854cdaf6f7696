import { parseDocument } from "yaml";
import type { ProjectCopy } from "./project-copy.ts";

/** The template of stack `local`, for settings that are there from the first `up`, and the stack's own file after it. */
export type SettingsFile = "infra/local-stack.yaml" | "Pulumi.local.yaml";

/** Settings under which many people can come from one address and talk faster than people. */
export const CROWD = { connectsPerMinute: 10_000, limits: { messagesPerMinute: 600 } } as const;

/** Sets plain settings in a file; undefined takes one out. */
export function configure(
  copy: ProjectCopy,
  file: SettingsFile,
  settings: Readonly<Record<string, unknown>>,
): void {
  copy.edit(file, (text) => {
    const document = parseDocument(text);
    for (const [name, value] of Object.entries(settings)) {
      const path = ["config", `edge-websocket-chat:${name}`];
      if (value === undefined) document.deleteIn(path);
      else document.setIn(path, value);
    }
    return document.toString();
  });
}
