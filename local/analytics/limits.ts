/** What Analytics Engine takes, from its limits page and the runtime's source (`analytics-engine-impl.h`). */

/** Blobs in a data point, and as many doubles. */
export const MAX_VALUES = 20;
export const MAX_INDEXES = 1;
export const MAX_INDEX_BYTES = 96;
/** Of all blobs of a data point together. 5,120 until June 2025. */
export const MAX_BLOB_BYTES = 16 * 1024;
/** How long data points are kept: three months, in ms. */
export const KEPT_MS = 92 * 24 * 60 * 60 * 1000;
