import { createHash } from "node:crypto";
import { createContentHasher, LarderError } from "@larder/core";
import { checksumAlgorithms, isChecksumAlgorithm } from "./checksum-format.js";
import type { ChecksumAlgorithm } from "./manifest.js";

/** A checksum of bytes that arrive in pieces. */
export interface ChecksumHasher {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal. Ends the hasher: call it once. */
  digest(): string;
}

/**
 * Begins a checksum. `sha256`, `sha1` and `md5` come with Node, `blake3` with Larder, `xxh128` (xxHash 128 bits, seed 0) with the
 * package `hash-wasm`, which is loaded when it is first needed.
 *
 * @throws LarderError `package-needed` for `xxh128` without the package; `unknown-algorithm`
 */
export async function checksumHasher(algorithm: ChecksumAlgorithm): Promise<ChecksumHasher> {
  if (!isChecksumAlgorithm(algorithm)) throw unknownAlgorithm(algorithm);
  if (algorithm === "blake3") return createContentHasher();
  if (algorithm === "xxh128") return xxh128Hasher();
  const hash = createHash(algorithm);
  return {
    update: (bytes) => void hash.update(bytes),
    digest: () => hash.digest("hex"),
  };
}

/** The checksum of bytes in memory: lower-case hexadecimal. @throws as {@link checksumHasher} */
export async function checksumOfBytes(algorithm: ChecksumAlgorithm, bytes: Uint8Array): Promise<string> {
  const hasher = await checksumHasher(algorithm);
  hasher.update(bytes);
  return hasher.digest();
}

async function xxh128Hasher(): Promise<ChecksumHasher> {
  const { createXXHash128 } = await import("hash-wasm").catch(packageNeeded);
  const hasher = await createXXHash128();
  return {
    update: (bytes) => void hasher.update(bytes),
    digest: () => hasher.digest("hex"),
  };
}

function packageNeeded(cause: unknown): never {
  if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
  throw new LarderError(
    "Checksums by xxh128 need the package 'hash-wasm', which is not installed. Install it (npm install hash-wasm), or choose sha256.",
    { code: "package-needed", facts: { package: "hash-wasm" }, cause },
  );
}

function unknownAlgorithm(algorithm: unknown): LarderError {
  return new LarderError(
    `There is no checksum algorithm ${JSON.stringify(algorithm)}. Choose one of ${checksumAlgorithms.join(", ")}.`,
    { code: "unknown-algorithm", facts: { algorithm, known: checksumAlgorithms } },
  );
}
