import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";

/** Removes the data of a Durable Object namespace that is no more, wherever the runtime keeps it under `folder`. */
export function removeObjectData(folder: string, namespaceId: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) rmSync(join(folder, entry.name, namespaceId), { recursive: true, force: true });
}
