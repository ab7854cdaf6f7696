/** Stack traces in terms of the sources: the deployed Worker is one minified line. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { SourceMap } from "node:module";
import path from "node:path";
import { BUNDLE_FILE, bundleWorker } from "../../infra/bundle.ts";
import { projectFolder } from "../toolchain/places.ts";

/** Writes a line of a log anew, each place of the bundle in it as a place of the sources. */
export type SourcePlaces = (line: string) => string;

/** `worker.mjs:1:2345`, with whatever path or URL stands before it. */
const PLACE = /(?:[\w.:/-]*\/)?([\w-]+\.m?js):(\d+):(\d+)/g;
/** Sources are named from the folder of the bundle. */
const BUILD_FOLDER = path.dirname(BUNDLE_FILE);

/** @param module name of the bundled module @param map its source map, as JSON text */
export function sourcePlaces(module: string, map: string): SourcePlaces {
  const sources = new SourceMap(JSON.parse(map));
  return (text) =>
    text.replace(PLACE, (place: string, file: string, line: string, column: string) => {
      if (file !== module) return place;
      const origin = sources.findOrigin(Number(line), Number(column));
      if (!("fileName" in origin)) return place;
      return `${path.posix.join(BUILD_FOLDER, origin.fileName)}:${origin.lineNumber}:${origin.columnNumber}`;
    });
}

/** The map beside a bundle that came back from the account is empty. */
const isMapped = (map: string): boolean => new SourceMap(JSON.parse(map)).payload.sources.length > 0;

/**
 * The places of a deployed version: its bundle is the one that was built last here, or the one that these sources give.
 *
 * @param version sha-256 of the deployed bundle
 * @returns undefined where neither is that version
 */
export async function placesOfVersion(version: string): Promise<SourcePlaces | undefined> {
  const file = path.join(projectFolder, BUNDLE_FILE);
  const module = path.basename(BUNDLE_FILE);
  const built = await Promise.all([readFile(file, "utf8"), readFile(`${file}.map`, "utf8")]).catch(
    () => undefined,
  );
  if (
    built !== undefined &&
    createHash("sha256").update(built[0]).digest("hex") === version &&
    isMapped(built[1])
  )
    return sourcePlaces(module, built[1]);
  const { sha256, sourceMap } = await bundleWorker();
  return sha256 === version ? sourcePlaces(module, sourceMap) : undefined;
}
