import { stat } from "node:fs/promises";
import { join } from "node:path";
import { contentDigest } from "@larder/core";
import { contentOf } from "../cached/folio-store.js";
import { downloadsFolder } from "../cached/store-directory.js";
import type { ManifestItem } from "../manifest/manifest.js";
import type { DownloadRequest } from "./download-item.js";
import type { ReadingParts } from "./reading-parts.js";

/** Items of up to this size, in bytes, are not worth a file that could be resumed. */
const inMemoryBytes = 1 << 20;

/** Where an item grows while it is downloaded; `undefined`: in memory. The same for all processes that bring the same content. */
export function partPath({ store, remote }: ReadingParts, { name, item }: DownloadRequest): string | undefined {
  if (store.directory === undefined || (item.sizeBytes ?? Number.POSITIVE_INFINITY) <= inMemoryBytes) return undefined;
  return join(store.directory, downloadsFolder, `${downloadName(remote.url, name, item).replace(":", "-")}.part`);
}

/** Names a download, for its lease and its file: its content, or the item, where nothing tells what it is. */
export function downloadName(url: string, name: string, item: ManifestItem): string {
  return contentOf(item) ?? `item:${contentDigest(new TextEncoder().encode(`${url} ${name}`)).slice(0, 32)}`;
}

/** For who works without the lease: nobody else may write to the same file. */
export function ownPath({ random }: ReadingParts, path: string | undefined): string | undefined {
  return path?.replace(/\.part$/, `.${process.pid}-${random().toString(36).slice(2)}.part`);
}

/** Bytes of a file; `undefined` when it is not there. */
export async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}
