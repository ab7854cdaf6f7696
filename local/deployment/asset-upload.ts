/**
 * Uploads of static assets: a manifest opens a session, the files that the account lacks follow, and a token of the
 * complete session goes into the upload of the script.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Cloud } from "../cloud.ts";
import {
  assetManifestInvalid,
  assetNotExpected,
  assetSizeWrong,
  assetTokenInvalid,
  assetUploadIncomplete,
} from "../cloudflare-errors.ts";
import { hasContent, saveContent } from "../runtime/asset-files.ts";
import {
  type AssetManifest,
  type AssetSession,
  addAssetSession,
  findAssetSession,
  hashesOf,
  SESSION_MS,
} from "../state/assets.ts";

/** Cloudflare's limits for a paid account: files of a version, bytes of a file. */
const MAX_FILES = 100_000;
const MAX_FILE_BYTES = 25 * 1024 * 1024;
/** One request brings at most so many files and bytes. */
const BUCKET_FILES = 50;
const BUCKET_BYTES = 20 * 1024 * 1024;

export interface OpenedUpload {
  /** Opens the upload of files, or the script's when none is missing. */
  readonly jwt: string;
  /** Hashes that are missing, as they shall come together. */
  readonly buckets: readonly (readonly string[])[];
}

export function openAssetUpload(cloud: Cloud, script: string, manifest: AssetManifest): OpenedUpload {
  const files = Object.entries(manifest);
  if (files.length > MAX_FILES)
    throw assetManifestInvalid(`it has ${files.length} files; at most ${MAX_FILES} are allowed`);
  for (const [path, { size }] of files)
    if (size > MAX_FILE_BYTES)
      throw assetManifestInvalid(`'${path}' has ${size} bytes; at most ${MAX_FILE_BYTES} are allowed`);
  const session = { id: cloud.hexId(), script, manifest, createdAtMs: cloud.now().getTime() };
  addAssetSession(cloud.db, session);
  return { jwt: tokenOf(cloud, session), buckets: bucketsOf(manifest, missingOf(cloud, manifest)) };
}

export interface AssetFile {
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** Takes files of an open upload. The answer is the token for the script once none is missing. */
export function takeAssets(cloud: Cloud, token: string, files: readonly AssetFile[]): string | undefined {
  const session = sessionOf(cloud, token);
  const sizes = new Map(Object.values(session.manifest).map(({ hash, size }) => [hash, size]));
  for (const { hash, bytes } of files) {
    const size = sizes.get(hash);
    if (size === undefined) throw assetNotExpected(hash);
    if (size !== bytes.byteLength) throw assetSizeWrong(hash, bytes.byteLength, size);
  }
  for (const { hash, bytes } of files) saveContent(cloud.dataFolder, hash, bytes);
  return missingOf(cloud, session.manifest).length === 0 ? tokenOf(cloud, session) : undefined;
}

/** What a script's upload brings along. Throws when the token is of another script, or files are missing. */
export function completedManifest(cloud: Cloud, script: string, token: string): AssetManifest {
  const session = sessionOf(cloud, token);
  if (session.script !== script) throw assetTokenInvalid();
  const missing = missingOf(cloud, session.manifest).length;
  if (missing > 0) throw assetUploadIncomplete(missing);
  return session.manifest;
}

const missingOf = (cloud: Cloud, manifest: AssetManifest): string[] =>
  [...new Set(hashesOf(manifest))].filter((hash) => !hasContent(cloud.dataFolder, hash));

function bucketsOf(manifest: AssetManifest, missing: readonly string[]): string[][] {
  const sizes = new Map(Object.values(manifest).map(({ hash, size }) => [hash, size]));
  const buckets: string[][] = [];
  let bytes = 0;
  for (const hash of missing) {
    const size = sizes.get(hash) ?? 0;
    const last = buckets.at(-1);
    if (last === undefined || last.length >= BUCKET_FILES || bytes + size > BUCKET_BYTES) {
      buckets.push([hash]);
      bytes = size;
    } else {
      last.push(hash);
      bytes += size;
    }
  }
  return buckets;
}

const claimsSchema = z.object({ session: z.string() });

/** wrangler reads the expiry, so it is a real JWT. Signed with the account's own secret. */
function tokenOf(cloud: Cloud, session: AssetSession): string {
  const issued = Math.floor(session.createdAtMs / 1000);
  const claims = { session: session.id, iat: issued, exp: issued + SESSION_MS / 1000 };
  const body = [{ alg: "HS256", typ: "JWT" }, claims].map(encode).join(".");
  return `${body}.${signatureOf(cloud, body)}`;
}

function sessionOf(cloud: Cloud, token: string): AssetSession {
  const [header = "", claims = "", signature = ""] = token.split(".");
  const expected = Buffer.from(signatureOf(cloud, `${header}.${claims}`));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw assetTokenInvalid();
  const { session: id } = claimsSchema.parse(JSON.parse(Buffer.from(claims, "base64url").toString()));
  const session = findAssetSession(cloud.db, id, cloud.now().getTime());
  if (session === undefined) throw assetTokenInvalid();
  return session;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const signatureOf = (cloud: Cloud, body: string): string =>
  createHmac("sha256", cloud.identity.apiToken).update(body).digest("base64url");
