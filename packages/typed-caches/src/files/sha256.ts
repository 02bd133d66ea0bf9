import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { LarderError } from "@larder/core";
import { shown } from "../cache/invalid-option.js";
import { type FileIdentity, fileIdentity, sameIdentity } from "./file-identity.js";

const pattern = /^[0-9a-f]{64}$/;
const pieceBytes = 256 * 1024;
const attempts = 5;

/** Files read at the same time: as many as `fs` has threads. */
export const readsAtOnce = 4;

/** @throws LarderError `invalid-sha256` unless it is 64 lower-case hexadecimal digits */
export function checkedSha256(value: unknown): string {
  if (typeof value === "string" && pattern.test(value)) return value;
  throw new LarderError(
    `A SHA-256 is 64 lower-case hexadecimal digits, and this is ${shown(value)}. Make one with sha256OfBytes or sha256OfFile.`,
    { code: "invalid-sha256", facts: { value } },
  );
}

/** SHA-256, 64 lower-case hexadecimal digits. */
export function sha256OfBytes(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A digest, and the file it is of. */
export interface ReadDigest {
  readonly sha256: string;
  /** The same before and after reading. */
  readonly identity: FileIdentity;
  /** When reading began, milliseconds since 1970. */
  readonly readAtMs: number;
}

/**
 * Reads a file in pieces of 256 KiB; one that is written to meanwhile is read again.
 *
 * @throws what `fs` throws; LarderError `content-changed` when it was changed while it was read, five times
 */
export async function readSha256(path: string, signal?: AbortSignal): Promise<ReadDigest> {
  for (let attempt = 1; ; attempt++) {
    const readAtMs = Date.now();
    const file = await open(path, "r");
    try {
      const before = fileIdentity(await file.stat({ bigint: true }));
      const hash = createHash("sha256");
      const piece = new Uint8Array(Number(before.size < BigInt(pieceBytes) ? before.size + 1n : BigInt(pieceBytes)));
      for (;;) {
        signal?.throwIfAborted();
        const { bytesRead } = await file.read(piece, 0, piece.length, null);
        if (bytesRead === 0) break;
        hash.update(piece.subarray(0, bytesRead));
      }
      const after = fileIdentity(await file.stat({ bigint: true }));
      if (sameIdentity(before, after)) return { sha256: hash.digest("hex"), identity: after, readAtMs };
    } finally {
      await file.close();
    }
    if (attempt === attempts) throw contentChanged(path, `it was written to each of ${attempts} times it was read`);
  }
}

export function contentChanged(path: string, why: string): LarderError {
  return new LarderError(
    `The content of ${path} is not what it was taken for: ${why}. Try again when nobody writes to it.`,
    { code: "content-changed", facts: { path, why } },
  );
}
