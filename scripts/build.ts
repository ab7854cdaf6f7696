// npm run build: the Worker's bundle, its size, its hash, and what it is made of.
import { bundleWorker } from "../infra/bundle.ts";
import { fail } from "./toolchain/steps.ts";

const LARGEST = 5;
const kib = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;

/** The bundle in lines to print. */
function describe(bundle: Awaited<ReturnType<typeof bundleWorker>>): string[] {
  const largest = [...bundle.inputs].sort((a, b) => b.bytes - a.bytes).slice(0, LARGEST);
  const rows: [string, string][] = [
    ["file", bundle.file],
    ["size", kib(bundle.bytes)],
    ["gzip", kib(bundle.gzipBytes)],
    ["sha-256", bundle.sha256],
    ["exports", bundle.exports.join(", ")],
  ];
  const width = Math.max(...largest.map(({ bytes }) => kib(bytes).length));
  return [
    ...rows.map(([name, value]) => `${name.padEnd(8)} ${value}`),
    `largest ${largest.length} of ${bundle.inputs.length} inputs`,
    ...largest.map(({ path, bytes }) => `  ${kib(bytes).padStart(width)}  ${path}`),
  ];
}

try {
  for (const line of describe(await bundleWorker())) console.log(line);
} catch (error) {
  fail(error);
}
