import { chunkBytes, chunkDigests, createContentHasher, loadXxhash, type Xxhash } from "@larder/core";
import type { StoredDigests } from "../cached/folio-store.js";
import { type ChecksumHasher, checksumHasher } from "../manifest/checksum-hasher.js";
import type { ChecksumAlgorithm } from "../manifest/manifest.js";

/** What all bytes are shown to. */
export interface Hashers {
  update(bytes: Uint8Array): void;
  /** The checksum, and what the store wants to know where it was asked for. Ends them. */
  digests(): { readonly checksum: string; readonly stored: StoredDigests | undefined };
}

/** @throws as `checksumHasher` */
export async function hashers(options: {
  readonly algorithm: ChecksumAlgorithm;
  readonly tellsStored?: boolean | undefined;
}): Promise<Hashers> {
  const { algorithm, tellsStored = false } = options;
  const own: ChecksumHasher = await checksumHasher(algorithm);
  const blake3 = tellsStored && algorithm !== "blake3" ? createContentHasher() : undefined;
  const chunks = tellsStored ? chunkHasher(await loadXxhash()) : undefined;
  return {
    update(bytes) {
      own.update(bytes);
      blake3?.update(bytes);
      chunks?.update(bytes);
    },
    digests() {
      const checksum = own.digest();
      const stored = chunks && { blake3: blake3?.digest() ?? checksum, chunkDigests: chunks.digests() };
      return { checksum, stored };
    },
  };
}

/** `chunkDigests` of bytes that come in pieces of any length. */
function chunkHasher(xxhash: Xxhash): { update(bytes: Uint8Array): void; digests(): Uint8Array } {
  const digests: Uint8Array[] = [];
  const begun = new Uint8Array(chunkBytes);
  let length = 0;
  return {
    update(bytes) {
      let at = 0;
      while (at < bytes.byteLength) {
        const whole = length === 0 ? Math.floor((bytes.byteLength - at) / chunkBytes) * chunkBytes : 0;
        if (whole > 0) {
          digests.push(chunkDigests(bytes.subarray(at, at + whole), xxhash));
          at += whole;
          continue;
        }
        const piece = bytes.subarray(at, at + chunkBytes - length);
        begun.set(piece, length);
        length += piece.byteLength;
        at += piece.byteLength;
        if (length < chunkBytes) continue;
        digests.push(chunkDigests(begun, xxhash));
        length = 0;
      }
    },
    digests() {
      if (length > 0) digests.push(chunkDigests(begun.subarray(0, length), xxhash));
      return Buffer.concat(digests);
    },
  };
}
