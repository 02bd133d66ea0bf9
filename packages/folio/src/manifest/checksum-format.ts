import type { ChecksumAlgorithm } from "./manifest.js";

/** Hexadecimal digits of each algorithm's checksums. */
const digits: Readonly<Record<ChecksumAlgorithm, number>> = { md5: 32, sha1: 40, sha256: 64, blake3: 64, xxh128: 32 };

/** All algorithms, the default first. */
export const checksumAlgorithms: readonly ChecksumAlgorithm[] = ["sha256", "blake3", "sha1", "md5", "xxh128"];

export function isChecksumAlgorithm(value: unknown): value is ChecksumAlgorithm {
  return typeof value === "string" && Object.hasOwn(digits, value);
}

/** Whether a text is a checksum of an algorithm, in lower case. */
export function isChecksum(text: string, algorithm: ChecksumAlgorithm): boolean {
  return text.length === digits[algorithm] && /^[0-9a-f]+$/.test(text);
}

/** The algorithm of a checksum that an older bundle gives without one, by its length: 32 md5, 40 sha1, 64 sha256. */
export function algorithmByLength(checksum: string): ChecksumAlgorithm | undefined {
  return ({ 32: "md5", 40: "sha1", 64: "sha256" } as const)[checksum.length];
}
