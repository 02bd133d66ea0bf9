import { type Blake3Stream, blake3, toHex } from "./blake3.js";

/** A digest of content that arrives in pieces. */
export interface ContentHasher {
  update(bytes: Uint8Array): void;
  /** 64 lower-case hexadecimal digits. Ends the hasher: call it once. */
  digest(): string;
}

/**
 * Names content: BLAKE3-256 of the bytes, 64 lower-case hexadecimal digits.
 * Source of the function: https://github.com/BLAKE3-team/BLAKE3-specs
 */
export function contentDigest(bytes: Uint8Array): string {
  return toHex(blake3.hash(bytes));
}

/** The same digest as {@link contentDigest}, of bytes handed over piece by piece. */
export function createContentHasher(): ContentHasher {
  const stream: Blake3Stream = blake3.create();
  return stream;
}
