import { open } from "node:fs/promises";
import { chunkBytes, chunkDigests, createContentHasher, type Xxhash } from "@larder/core";

/** What a file holds, in terms of file blobs. */
export interface BlobFileContent {
  /** BLAKE3-256 of all bytes. */
  readonly digest: string;
  readonly byteLength: number;
  /** `chunkDigests` of all bytes. */
  readonly chunks: Uint8Array;
  readonly inode: number;
}

/** Whole chunks. */
const pieceBytes = 16 * chunkBytes;

/**
 * Reads a file to its end.
 *
 * @param onPiece - called now and then, so that others see that this goes on
 * @returns `undefined` when it is no regular file
 * @throws what `fs` throws
 */
export async function readBlobFile(
  path: string,
  xxhash: Xxhash,
  onPiece: () => void = () => {},
): Promise<BlobFileContent | undefined> {
  const file = await open(path, "r");
  try {
    const stats = await file.stat();
    if (!stats.isFile()) return undefined;
    const hasher = createContentHasher();
    const chunks: Uint8Array[] = [];
    const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, Math.max(stats.size, 1)));
    for (let byteLength = 0; ; ) {
      let length = 0;
      while (length < piece.byteLength) {
        const { bytesRead } = await file.read(piece, length, piece.byteLength - length, byteLength + length);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
      hasher.update(piece.subarray(0, length));
      chunks.push(chunkDigests(piece.subarray(0, length), xxhash));
      byteLength += length;
      onPiece();
      if (length < piece.byteLength || byteLength === stats.size)
        return { digest: hasher.digest(), byteLength, chunks: Buffer.concat(chunks), inode: stats.ino };
    }
  } finally {
    await file.close();
  }
}
