import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, expect, test } from "vitest";
import { bundleWorker } from "../../../infra/bundle.ts";
import { placesOfVersion, sourcePlaces } from "../../../scripts/tail/source-places.ts";

const folder = mkdtempSync(path.join(os.tmpdir(), "source-places-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A stack as a minified bundle of two lines gives it, and the bundle's map. */
async function thrown(): Promise<{ stack: string; map: string }> {
  const source = path.join(folder, "room.js");
  writeFileSync(source, 'export const speak = () => {\n  throw new Error("no");\n};\n');
  const outfile = path.join(folder, ".build/worker.mjs");
  const { outputFiles } = await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    minify: true,
    format: "esm",
    sourcemap: "external",
    write: false,
  });
  const text = (end: string) => outputFiles.find((one) => one.path.endsWith(end))?.text ?? "";
  const file = path.join(folder, "worker.mjs");
  writeFileSync(file, text(".mjs"));
  const { speak } = await import(file);
  try {
    speak();
  } catch (error) {
    return { stack: String(error instanceof Error && error.stack), map: text(".map") };
  }
  throw new Error("it did not throw");
}

test("a place of the bundle becomes the line of the source that threw, whatever stands before it", async () => {
  const { stack, map } = await thrown();
  expect(stack).toContain("worker.mjs:1:");
  const [, frame = ""] = sourcePlaces("worker.mjs", map)(stack).split("\n");
  expect(frame).toMatch(/\(room\.js:2:\d+\)$/);
});

test("places of other files, and what is no place, stay as they are", async () => {
  const { map } = await thrown();
  const line = "at emit (node:events:519:28) at other.mjs:1:5, 12:30:00 worker.mjs";
  expect(sourcePlaces("worker.mjs", map)(line)).toBe(line);
});

test("a version that these sources do not give has no places", async () => {
  const { sha256 } = await bundleWorker();
  expect(await placesOfVersion(sha256)).toBeDefined();
  expect(await placesOfVersion("0".repeat(64))).toBeUndefined();
});
