import { readFile } from "node:fs/promises";
import type { BlobToStore } from "../backend.js";
import { LarderError } from "../errors.js";

/**
 * The bytes of a blob to be stored, whichever of the three forms it has, for backends that keep only bytes.
 * Bytes in memory come back as they are, not copied; a file is read and left where it is.
 *
 * @throws LarderError `wrong-blob-length` when the bytes are more or fewer than the record says
 */
export async function blobBytes(blob: BlobToStore): Promise<Uint8Array> {
  const { byteLength } = blob.record;
  if ("bytes" in blob) return ofLength(blob.bytes, byteLength);
  if ("file" in blob) {
    const content = await readFile(blob.file);
    return ofLength(new Uint8Array(content.buffer, content.byteOffset, content.byteLength), byteLength);
  }
  const bytes = new Uint8Array(byteLength);
  let length = 0;
  for await (const chunk of blob.chunks) {
    if (length + chunk.byteLength > byteLength) throw wrongLength(byteLength, length + chunk.byteLength, "or more");
    bytes.set(chunk, length);
    length += chunk.byteLength;
  }
  return ofLength(bytes.subarray(0, length), byteLength);
}

/**
 * Bytes that are as many as their record says.
 *
 * @throws LarderError `wrong-blob-length`
 */
export function ofLength(bytes: Uint8Array, expected: number): Uint8Array {
  if (bytes.byteLength !== expected) throw wrongLength(expected, bytes.byteLength);
  return bytes;
}

function wrongLength(expected: number, actual: number, more = ""): LarderError {
  return new LarderError(
    `A blob was to be stored whose record says ${expected} bytes, but it has ${actual}${more && ` ${more}`}. Make the record from the same bytes that are stored.`,
    { code: "wrong-blob-length", facts: { expected, actual } },
  );
}
