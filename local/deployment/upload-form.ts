import { scriptInvalid, scriptUnsupported } from "../cloudflare-errors.ts";
import type { Module } from "../state/versions.ts";
import { type Metadata, parseMetadata } from "./metadata.ts";

export interface Upload {
  readonly metadata: Metadata;
  /** The main module first. */
  readonly modules: readonly Module[];
  readonly mainModule: string;
}

/** Cloudflare's limit for a paid script, in bytes before compression. */
const MAX_UPLOAD_BYTES = 64 * 1024 * 1024;

/** Stands for the code of an upload that has static assets only. */
const ASSETS_ONLY: Module = {
  name: "no-code.mjs",
  contentType: "application/javascript+module",
  contents: new TextEncoder().encode("export default {};"),
};

/** Reads the multipart form of an upload: a `metadata` part and one part a module, named as it is imported. */
export async function parseUpload(form: FormData): Promise<Upload> {
  const part = form.get("metadata");
  if (part === null) throw scriptInvalid("the upload has no part named 'metadata'");
  const metadata = parseMetadata(typeof part === "string" ? part : await part.text());
  if (metadata.main_module === undefined && metadata.body_part === undefined && metadata.assets?.jwt)
    return { metadata, mainModule: ASSETS_ONLY.name, modules: [ASSETS_ONLY] };
  if (metadata.main_module === undefined)
    throw scriptUnsupported(
      "service-worker scripts (body_part): export a default handler and set main_module",
    );
  const modules: Module[] = [];
  for (const [name, value] of form) {
    if (name === "metadata" || typeof value === "string") continue;
    modules.push({ name, contentType: value.type, contents: new Uint8Array(await value.arrayBuffer()) });
  }
  return checked(metadata, metadata.main_module, modules);
}

/** The same as one JSON body, with the modules in it: a version of a Worker. */
export function parseJsonUpload(metadata: Metadata, modules: readonly Module[]): Upload {
  if (metadata.main_module === undefined && modules.length === 0 && metadata.assets?.jwt)
    return { metadata, mainModule: ASSETS_ONLY.name, modules: [ASSETS_ONLY] };
  if (metadata.main_module === undefined) throw scriptInvalid("main_module is missing");
  return checked(metadata, metadata.main_module, modules);
}

function checked(metadata: Metadata, mainModule: string, modules: readonly Module[]): Upload {
  const size = modules.reduce((sum, { contents }) => sum + contents.byteLength, 0);
  if (size > MAX_UPLOAD_BYTES)
    throw scriptInvalid(`the script has ${size} bytes; at most ${MAX_UPLOAD_BYTES} are allowed`);
  const main = modules.find((module) => module.name === mainModule);
  if (main === undefined)
    throw scriptInvalid(`No such module "${mainModule}": the upload has no part of that name.`);
  return { metadata, mainModule, modules: [main, ...modules.filter((module) => module !== main)] };
}
