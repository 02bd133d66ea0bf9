import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type ContentToPut, contentOf } from "../cached/folio-store.js";
import { downloadsFolder } from "../cached/store-directory.js";
import type { FolioParts } from "../folio-parts.js";
import { checksumHasher, checksumOfBytes } from "../manifest/checksum-hasher.js";
import type { RemoteBody, RemoteObject } from "../remote/remote-storage.js";
import type { MeasuredItem } from "./measure-item.js";
import type { PutItem } from "./put-item.js";

/**
 * Keeps in the local cache what was just added, where the settings want it (`write-through`, `cacheOnAdd`). The item is added
 * whatever happens here: trouble with the cache is a warning.
 */
export async function cacheAdded(
  parts: FolioParts,
  name: string,
  { item, at }: PutItem,
  measured: MeasuredItem,
  object: RemoteObject,
): Promise<void> {
  if (!isWanted(parts, measured.sizeBytes)) return;
  const content = contentOf(item);
  if (content === undefined) return;
  try {
    if (!(await parts.store.hasContent(content))) {
      const copy = await ownCopy(parts, measured);
      if (copy === undefined) return;
      await parts.store.putContent(content, item.kind, copy);
    }
    await parts.store.putItem(parts.remote.url, {
      name,
      kind: item.kind,
      file: item.file,
      sizeBytes: measured.sizeBytes,
      remoteChecksum: content,
      content,
      remoteVersion: object.version,
      updatedAt: item.updatedAt,
      updatedBy: item.updatedBy,
      cachedAt: at,
      // When it was listed: since then somebody may have changed it.
      lastVerified: at,
    });
  } catch (cause) {
    parts.onEvent({
      type: "warning",
      code: "not-cached",
      item: name,
      message: `The item ${JSON.stringify(name)} was added, but could not be kept in the local cache. It is downloaded when it is read.`,
      facts: { url: parts.remote.url },
      cause,
    });
  }
}

function isWanted({ settings }: FolioParts, sizeBytes: number): boolean {
  if (!settings.enabled || settings.cacheMode === "disabled") return false;
  if (sizeBytes > settings.largeFileThresholdBytes && !settings.cacheLargeFiles) return false;
  return settings.cacheMode === "write-through" || settings.cacheOnAdd;
}

/** The store takes files away, so it gets a copy. @returns `undefined` when the copy is not what was hashed */
async function ownCopy(parts: FolioParts, measured: MeasuredItem): Promise<ContentToPut | undefined> {
  const { body, checksum, checksumAlgorithm } = measured;
  if ("bytes" in body) return body;
  const { directory } = parts.store;
  if (directory === undefined) {
    const bytes = await bytesOfFile(body.file);
    return (await checksumOfBytes(checksumAlgorithm, bytes)) === checksum ? { bytes } : undefined;
  }
  await mkdir(join(directory, downloadsFolder), { recursive: true, mode: 0o700 });
  const file = join(directory, downloadsFolder, `added-${randomBytes(8).toString("hex")}.part`);
  try {
    if ((await copyHashed(body, file, measured)) === checksum) return { file, byteLength: body.byteLength };
    await rm(file, { force: true });
    return undefined;
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

async function copyHashed(
  body: Extract<RemoteBody, { readonly file: string }>,
  to: string,
  { checksumAlgorithm }: MeasuredItem,
): Promise<string> {
  const hasher = await checksumHasher(checksumAlgorithm);
  async function* hashed(pieces: AsyncIterable<Uint8Array>) {
    for await (const piece of pieces) {
      hasher.update(piece);
      yield piece;
    }
  }
  await pipeline(createReadStream(body.file), hashed, createWriteStream(to, { flags: "wx", mode: 0o600, flush: true }));
  return hasher.digest();
}

async function bytesOfFile(file: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of createReadStream(file)) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}
