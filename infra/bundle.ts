/** Bundles the Worker in process, always fresh: the same sources give the same bytes on every machine. */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";
import { pagePlugin } from "./page-bundle.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const ENTRY = "worker/index.ts";
const OUTPUT = "worker.mjs";

/** The name of the module as Cloudflare knows it. */
export const MAIN_MODULE = OUTPUT;

/** Where the bundle lies, relative to the project. */
export const BUNDLE_FILE = `.build/${OUTPUT}`;
/**
 * The same file for the provider, which the engine starts in the program's folder (`infra/`). This very text is part of
 * the script's state, so it is relative: another clone's path would be an update.
 */
export const CONTENT_FILE = `../${BUNDLE_FILE}`;

export interface Bundle {
  readonly contents: string;
  /** Hex. Also the `version` that health and `welcome` name. */
  readonly sha256: string;
  readonly bytes: number;
  /** What counts against the platform's size limit. */
  readonly gzipBytes: number;
  /** What the bundle is made of, largest first; paths relative to the project. */
  readonly inputs: readonly { readonly path: string; readonly bytes: number }[];
  /** Names that the module exports: Durable Object classes and `default`. */
  readonly exports: readonly string[];
  /** Path of the written file, relative to the project's root. */
  readonly file: string;
  /** JSON text of the source map; kept beside the file, never uploaded. */
  readonly sourceMap: string;
}

/** A reader (a provider that hashes the file) sees the old bundle or the new one, never half of it. */
async function replaceFile(file: string, text: string): Promise<void> {
  const fresh = `${file}.${randomUUID()}`;
  await writeFile(fresh, text);
  await rename(fresh, file);
}

function largestFirst(output: Metafile["outputs"][string]): Bundle["inputs"] {
  return Object.entries(output.inputs)
    .map(([name, { bytesInOutput }]) => ({ path: name, bytes: bytesInOutput }))
    .sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1));
}

async function compile() {
  return build({
    absWorkingDir: PROJECT,
    entryPoints: [ENTRY],
    outfile: BUNDLE_FILE,
    write: false,
    bundle: true,
    minify: true,
    metafile: true,
    sourcemap: "external",
    format: "esm",
    platform: "browser",
    conditions: ["workerd", "worker", "browser"],
    mainFields: ["browser", "module", "main"],
    target: "es2024",
    charset: "utf8",
    external: ["cloudflare:*"],
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [pagePlugin()],
    logLevel: "silent",
  });
}

/**
 * Compiles `worker/index.ts` with the page inside and writes it to `BUNDLE_FILE`.
 * @throws with esbuild's own messages (file, line, reason) when the sources do not compile
 */
export async function bundleWorker(): Promise<Bundle> {
  const { outputFiles, metafile } = await compile();
  const code = outputFiles.find(({ path: name }) => name.endsWith(OUTPUT));
  const map = outputFiles.find(({ path: name }) => name.endsWith(".map"));
  const output = metafile.outputs[BUNDLE_FILE];
  if (!code || !map || !output) throw new Error(`${ENTRY} produced no ${OUTPUT}`);
  const contents = code.text;
  await place(contents, map.text);
  return {
    ...measured(contents),
    inputs: largestFirst(output),
    exports: output.exports,
    sourceMap: map.text,
  };
}

/** Writes the module to where the provider reads it, with its map. */
async function place(contents: string, sourceMap: string): Promise<void> {
  const file = path.join(PROJECT, BUNDLE_FILE);
  await mkdir(path.dirname(file), { recursive: true });
  await Promise.all([replaceFile(file, contents), replaceFile(`${file}.map`, sourceMap)]);
}

const measured = (contents: string) => ({
  contents,
  sha256: createHash("sha256").update(contents).digest("hex"),
  bytes: Buffer.byteLength(contents),
  gzipBytes: gzipSync(contents, { level: 9 }).byteLength,
  file: BUNDLE_FILE,
});

/** An empty source map: the sources of an earlier release are not at hand. */
const NO_MAP = JSON.stringify({ version: 3, sources: [], names: [], mappings: "" });

/** Puts a bundle of an earlier release in the place of the one that the sources give. */
export async function bundleFromText(contents: string): Promise<Bundle> {
  const { metafile } = await build({
    stdin: { contents, loader: "js" },
    write: false,
    bundle: true,
    metafile: true,
    format: "esm",
    external: ["*"],
    logLevel: "silent",
  });
  const [output] = Object.values(metafile.outputs);
  await place(contents, NO_MAP);
  return { ...measured(contents), inputs: [], exports: output?.exports ?? [], sourceMap: NO_MAP };
}
