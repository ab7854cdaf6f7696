import { ProviderError } from "./errors.ts";

/**
 * Splits an import id such as `<account_id>/<key_name>` and undoes the URL escapes of each segment.
 *
 * @throws ProviderError with the official provider's text when the number of segments differs.
 */
export function importSegments(id: string, format: string): string[] {
  const segments = id.split("/");
  const names = format.split("/");
  const isComplete = segments.length === names.length && segments.every((segment) => segment !== "");
  if (isComplete) {
    try {
      return segments.map(decodeURIComponent);
    } catch {
      // A stray percent sign: as wrong as a missing segment.
    }
  }
  throw new ProviderError("invalid ID", `expected urlencoded segments "${format}", got "${id}"`);
}
