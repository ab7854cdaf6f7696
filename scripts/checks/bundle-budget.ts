/** The Worker's size on the wire: start-up time and the free plan's limit both follow it. */
import { bundleWorker } from "../../infra/bundle.ts";

/**
 * Bytes of gzip, page included (a third of it). A room in one region fitted into 40,000; replicas and their hub took it
 * to 59,000. What the size is watched for is start-up: 2-3 ms in workerd, of the 10 that we allow ourselves.
 */
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
