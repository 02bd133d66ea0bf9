import { createHash } from "node:crypto";
import { LarderError } from "@larder/core";
import { RemoteError } from "../remote/remote-error.js";
import type { RemoteStorage } from "../remote/remote-storage.js";
import { manifestPath, type ReadManifest } from "./manifest.js";
import { largestManifestBytes, manifestTooLarge, parseManifest } from "./parse-manifest.js";

/** How a manifest is read. */
export interface ReadManifestOptions {
  /** Only if the object has another version: otherwise `"unchanged"`. */
  readonly unlessVersion?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A manifest with the bytes it was read from, which may be kept. */
export interface ManifestAsRead extends ReadManifest {
  readonly bytes: Uint8Array;
}

/**
 * The manifest of a bundle as it is now: one request.
 *
 * @returns `undefined` when the bundle has none
 * @throws RemoteError; LarderError `invalid-manifest`, `newer-format`, with the bundle's `url` among the facts
 */
export async function readManifest(
  storage: RemoteStorage,
  options: ReadManifestOptions = {},
): Promise<ManifestAsRead | "unchanged" | undefined> {
  const read = await storage.read(manifestPath, options);
  switch (read.status) {
    case "unchanged":
      return "unchanged";
    case "absent":
      return undefined;
    case "changed":
      // Only an answer to `ifVersion`, which was not sent.
      throw new RemoteError(`${storage.url} answered a request for its manifest with a condition that was not made.`, {
        code: "remote-failed",
        facts: { url: storage.url, path: manifestPath },
      });
    case "found":
      return about(storage.url, async () =>
        readManifestOf(await bytesOf(read.body, read.object.byteLength), read.object.version),
      );
  }
}

/** A manifest in bytes that were read or written. */
export function readManifestOf(bytes: Uint8Array, version: string | undefined): ManifestAsRead {
  const checksum = createHash("sha256").update(bytes).digest("hex");
  return { manifest: parseManifest(bytes), version, checksum, bytes };
}

async function bytesOf(body: AsyncIterable<Uint8Array>, byteLength: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.byteLength;
    // Also what is more than was announced. Leaving the loop ends the body.
    if (Math.max(length, byteLength) > largestManifestBytes) throw manifestTooLarge(Math.max(length, byteLength));
    pieces.push(piece);
  }
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

/** Adds the bundle's address to what is wrong with its manifest. */
async function about<Result>(url: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!LarderError.isInstance(error, "invalid-manifest") && !LarderError.isInstance(error, "newer-format"))
      throw error;
    throw new LarderError(`${url}: ${error.message}`, { code: error.code, facts: { ...error.facts, url } });
  }
}
