import { stat } from "node:fs/promises";
import { createContentHasher, LarderError } from "@larder/core";
import { isChecksumAlgorithm } from "../../manifest/checksum-format.js";
import { checksumHasher } from "../../manifest/checksum-hasher.js";
import type { ContentId, FolioStore } from "../folio-store.js";

/** What became of a content. `missing`: the cache knows it, and its file is not there. */
export type ContentState = "sound" | "damaged" | "missing" | "absent";

const pieceBytes = 1024 * 1024;

/**
 * Reads a content to its end and compares it with all that is known of it: the checksums of its chunks, the one it was stored
 * with, and the one that names it. A damaged one is put away by reading it. Counts as no use of it.
 *
 * @param onBytes - told of the bytes read so far
 * @throws what kept it from being read and is no damage, such as too many open files; LarderError `package-needed`
 */
export async function examineContent(
  store: FolioStore,
  content: ContentId,
  onBytes: (bytes: number) => void = () => {},
): Promise<ContentState> {
  const path = await store.contentPath(content);
  const isFileThere = path === undefined || (await isFile(path));
  const entry = await store.content(content, undefined, { countsAsUse: false });
  if (entry === undefined) return path === undefined ? "absent" : isFileThere ? "damaged" : "missing";
  try {
    const { record, source } = entry;
    const [algorithm = "", expected = ""] = content.split(":");
    const named = isChecksumAlgorithm(algorithm) ? await checksumHasher(algorithm) : undefined;
    const stored = record.checksum.startsWith("blake3:") && algorithm !== "blake3" ? createContentHasher() : undefined;
    for (let at = 0; at < source.byteLength; at += pieceBytes) {
      const piece = await source.slice(at, Math.min(at + pieceBytes, source.byteLength));
      named?.update(piece);
      stored?.update(piece);
      onBytes(at + piece.byteLength);
    }
    const isStored = stored === undefined || `blake3:${stored.digest()}` === record.checksum;
    return isStored && (named === undefined || named.digest() === expected) ? "sound" : "damaged";
  } catch (error) {
    if (LarderError.isInstance(error, "damaged-blob")) return "damaged";
    throw error;
  } finally {
    await entry.close();
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
