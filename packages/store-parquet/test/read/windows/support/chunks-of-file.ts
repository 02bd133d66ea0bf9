import { type BlobSource, bytesSource } from "@larder/core";
import type { ReadableColumn } from "../../../../src/format/file-layout.js";
import { type FileParts, type OpenedFile, openedFile } from "../../../../src/read/opened-file.js";
import { type ChunkPlan, planGroup } from "../../../../src/read/read-plan.js";
import { oneRun } from "../../../../src/read/row-runs.js";

/** A file whose chunks are to be read whole. */
export interface ChunksOfFile {
  readonly file: OpenedFile;
  readonly parts: FileParts;
  readonly chunks: readonly ChunkPlan[];
  /** Bytes that were read into memory that is there. */
  readonly bytesFilled: () => number;
}

/** All chunks of a file, row group by row group. With `late`, every other read takes a turn of the event loop. */
export async function chunksOfFile(bytes: Uint8Array, late: boolean, blockBytes?: number): Promise<ChunksOfFile> {
  const source = bytesSource(bytes);
  let filled = 0;
  let reads = 0;
  const watched: BlobSource = {
    byteLength: source.byteLength,
    ...(blockBytes !== undefined && { blockBytes }),
    slice: (start, end) => source.slice(start, end),
    readInto(start, targets) {
      filled += targets.reduce((sum, { byteLength }) => sum + byteLength, 0);
      if (!late || reads++ % 2 === 0) return source.readInto!(start, targets);
      return new Promise<void>((resolve) => setImmediate(resolve)).then(() => source.readInto!(start, targets));
    },
  };
  const file = openedFile(watched);
  const parts = await file.open();
  const columns = parts.layout.columns as readonly ReadableColumn[];
  const chunks: ChunkPlan[] = [];
  for (const group of parts.layout.rowGroups) {
    const plan = await planGroup(file, parts, group, columns, oneRun(0, group.rows));
    chunks.push(...plan.columns.flat());
  }
  // The footer and what came with it are behind the chunks, and in a small file that is all of it: it is to be read again here.
  return { file: { ...file, readInto: watched.readInto! }, parts, chunks, bytesFilled: () => filled };
}
