/** The Worker's size on the wire: start-up time and the free plan's limit both follow it. */
import { bundleWorker } from "../../infra/bundle.ts";

/** Bytes of gzip, page included. Ours is far below Cloudflare's own limit on purpose: start-up stays under 10 ms. */
export const BUNDLE_BUDGET = 64_000;

export async function overBudget(): Promise<string[]> {
  const { gzipBytes, inputs } = await bundleWorker();
  if (gzipBytes <= BUNDLE_BUDGET) return [];
  const largest = inputs.slice(0, 5).map(({ path, bytes }) => `  ${bytes} ${path}`);
  return [
    `the bundle is ${gzipBytes} bytes of gzip, allowed ${BUNDLE_BUDGET}; its largest inputs:`,
    ...largest,
  ];
}
