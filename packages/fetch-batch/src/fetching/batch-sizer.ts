import type { AnswerPiece } from "../answers/collect-answer.js";
import { estimateBytes } from "./estimate-bytes.js";

/** How large batches are, and how many go at once. */
export interface BatchSizer {
  /** Ids of the next batch. */
  size(): number;
  /** Batches at the same time, now. */
  concurrency(): number;
  /** Tells of an answer, from which the next batches learn. */
  learn(pieces: readonly AnswerPiece[]): void;
}

const firstBatch = 100;
/** Beside the rows of an answer there are the buffers of the driver, and the table that is made of them. */
const shareOfLimit = 1 / 4;

/**
 * Batches of a fixed size; with a limit for memory, smaller ones where rows are large. Then the first batch is small and alone, and
 * tells how large rows are.
 */
export function batchSizer(options: {
  readonly batchSize: number;
  readonly concurrency: number;
  readonly memoryLimitBytes?: number | undefined;
}): BatchSizer {
  const { batchSize, concurrency, memoryLimitBytes } = options;
  if (memoryLimitBytes === undefined) {
    return { size: () => batchSize, concurrency: () => concurrency, learn: () => undefined };
  }
  let bytesPerRow: number | undefined;
  const room = memoryLimitBytes * shareOfLimit;
  return {
    size() {
      if (bytesPerRow === undefined) return Math.min(batchSize, firstBatch);
      return Math.max(1, Math.min(batchSize, Math.floor(room / this.concurrency() / bytesPerRow)));
    },
    concurrency() {
      if (bytesPerRow === undefined) return 1;
      return Math.max(1, Math.min(concurrency, Math.floor(room / bytesPerRow)));
    },
    learn(pieces) {
      const { bytes, rows } = estimateBytes(pieces);
      if (rows > 0) bytesPerRow = Math.max(bytesPerRow ?? 1, bytes / rows);
      else bytesPerRow ??= 1;
    },
  };
}
