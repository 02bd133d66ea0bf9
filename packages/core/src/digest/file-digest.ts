import { open } from "node:fs/promises";
import { createContentHasher } from "./content-digest.js";

const pieceBytes = 1024 * 1024;

/**
 * The {@link contentDigest} of a file's bytes, read in pieces of 1 MiB: memory does not grow with the file.
 *
 * @throws what `fs` throws when the file cannot be read, and the signal's reason when it is aborted
 */
export async function fileDigest(path: string, signal?: AbortSignal): Promise<string> {
  signal?.throwIfAborted();
  const file = await open(path, "r");
  try {
    const hasher = createContentHasher();
    const piece = new Uint8Array(pieceBytes);
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, pieceBytes, null);
      signal?.throwIfAborted();
      if (bytesRead === 0) return hasher.digest();
      hasher.update(piece.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
