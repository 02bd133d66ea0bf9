import type { JsonObject, JsonValue } from "@larder/core";
import { isRemotePath } from "../remote/remote-path.js";
import { isChecksum } from "./checksum-format.js";
import { invalidManifest } from "./invalid-manifest.js";
import type { ItemChunks, ManifestItem } from "./manifest.js";

const fewestChunkBytes = 4 * 1024;
const mostChunkBytes = 1024 * 1024;

/**
 * The field `chunks` of an item, checked. What it names of the item must be known, for a digest of a part says nothing of a whole
 * that is not.
 *
 * @throws LarderError `invalid-manifest`, naming the item
 */
export function parseChunks(
  name: string,
  value: JsonValue | undefined,
  { sizeBytes, checksum: ofItem }: Pick<ManifestItem, "sizeBytes" | "checksum">,
): ItemChunks | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "object" || Array.isArray(value)) throw invalidManifest("'chunks' must be an object", name);
  const { file, chunkBytes, algorithm, checksum } = value as JsonObject;
  if (typeof file !== "string" || !isRemotePath(file)) {
    throw invalidManifest("'file' of 'chunks' must be a path within the bundle, its parts joined by '/'", name);
  }
  if (typeof chunkBytes !== "number" || !isChunkSize(chunkBytes)) {
    throw invalidManifest("'chunkBytes' of 'chunks' must be a power of two from 4096 to 1048576", name);
  }
  if (algorithm !== "blake3") throw invalidManifest("'algorithm' of 'chunks' must be blake3", name);
  const lower = typeof checksum === "string" ? checksum.toLowerCase() : "";
  if (!isChecksum(lower, "sha256")) {
    throw invalidManifest("'checksum' of 'chunks' must be a checksum by sha256 in hexadecimal digits", name);
  }
  if (sizeBytes === undefined || ofItem === undefined) {
    throw invalidManifest("'chunks' needs 'sizeBytes' and 'checksum' of the item", name);
  }
  return { file, chunkBytes, algorithm, checksum: lower };
}

function isChunkSize(bytes: number): boolean {
  return bytes >= fewestChunkBytes && bytes <= mostChunkBytes && Number.isInteger(Math.log2(bytes));
}
