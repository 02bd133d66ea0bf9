import { contentDigest } from "../digest/content-digest.js";
import type { Xxhash } from "./xxhash.js";

/** Up to this many bytes a checksum is an xxHash; beyond, the BLAKE3 that also addresses the content. */
export const smallBlobBytes = 64 * 1024;

const xxh64Pattern = /^xxh64:[0-9a-f]{16}$/;
const blake3Pattern = /^blake3:[0-9a-f]{64}$/;

/** The checksum to keep beside stored bytes: `xxh64:<16 hex>` up to 64 KiB, `blake3:<64 hex>` beyond. */
export function checksumOf(bytes: Uint8Array, xxhash: Xxhash): string {
  return bytes.byteLength <= smallBlobBytes ? xxh64Checksum(bytes, xxhash) : blake3Checksum(bytes);
}

/** Whether bytes still have their checksum. A checksum of unknown algorithm or in bad form is never met. */
export function verifyChecksum(bytes: Uint8Array, checksum: string, xxhash: Xxhash): boolean {
  if (typeof checksum !== "string") return false;
  if (xxh64Pattern.test(checksum)) return xxh64Checksum(bytes, xxhash) === checksum;
  if (blake3Pattern.test(checksum)) return blake3Checksum(bytes) === checksum;
  return false;
}

function xxh64Checksum(bytes: Uint8Array, xxhash: Xxhash): string {
  return `xxh64:${xxhash.hash64(bytes).toString(16).padStart(16, "0")}`;
}

function blake3Checksum(bytes: Uint8Array): string {
  return `blake3:${contentDigest(bytes)}`;
}
