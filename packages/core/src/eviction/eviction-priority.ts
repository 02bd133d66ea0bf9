import type { BlobRecord } from "../blob-record.js";

/** The highest `BlobRecord.priority`. */
export const highestPriority = 100;

/**
 * The priority of a blob among those that may be evicted: lower goes first. What is no whole number from 0 to 100 counts as 0:
 * records come from outside.
 */
export function evictionPriority({ priority = 0 }: Pick<BlobRecord, "priority">): number {
  return Number.isInteger(priority) && priority >= 0 && priority <= highestPriority ? priority : 0;
}
