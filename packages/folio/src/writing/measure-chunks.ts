import { createHash } from "node:crypto";
import type { ItemKind } from "../manifest/manifest.js";
import { chunkDigester } from "./chunk-digester.js";

/** The list of the digests of an item's chunks, ready to be sent. */
export interface MeasuredChunks {
  readonly bytes: Uint8Array;
  readonly chunkBytes: number;
  /** SHA-256 of the list. */
  readonly checksum: string;
}

/** Makes the list of bytes that pass by. */
export interface ChunkMeasure {
  update(bytes: Uint8Array): void;
  /** `undefined` for a table that is so small that it is read as a whole. */
  result(): MeasuredChunks | undefined;
}

/** Larger tables are read in parts: as in reading/ranged-item.ts. */
const leastTableBytes = 64 * 1024;
/**
 * Chunks of small tables, in bytes. Every range that is read grows by about one of them: of 8 MB in twenty ranges by 5 %, where it
 * would be 19 % with chunks of 64 KiB. The list has one 512th of the table.
 */
const leastChunkBytes = 16 * 1024;
const mostChunkBytes = 1024 * 1024;
/** Chunks are larger where the list, which every reader fetches, would be longer, in bytes. */
const longestList = 1024 * 1024;

/**
 * Begins to measure the chunks of an item. Only tables are read in parts: of another kind there is nothing to measure.
 *
 * @param sizeBytes - as far as known: larger items get larger chunks
 */
export function measureChunks(kind: ItemKind, sizeBytes: number): ChunkMeasure | undefined {
  if (kind !== "table") return undefined;
  const chunkBytes = chunkBytesFor(sizeBytes);
  const digester = chunkDigester(chunkBytes);
  let length = 0;
  return {
    update(bytes) {
      digester.update(bytes);
      length += bytes.byteLength;
    },
    result() {
      if (length <= leastTableBytes) return undefined;
      const bytes = digester.digests();
      return { bytes, chunkBytes, checksum: createHash("sha256").update(bytes).digest("hex") };
    },
  };
}

/** The size of chunks of an item of so many bytes: 16 KiB up to 512 MiB, twice that up to 1 GiB, … up to 1 MiB. */
export function chunkBytesFor(sizeBytes: number): number {
  let chunkBytes = leastChunkBytes;
  while (chunkBytes < mostChunkBytes && (sizeBytes / chunkBytes) * 32 > longestList) chunkBytes *= 2;
  return chunkBytes;
}
