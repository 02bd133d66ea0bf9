import { statSync } from "node:fs";
import { relative } from "node:path";
import { addressKey, addressText, type BlobAddress, blobPath, isSameAddress } from "../blob-address.js";
import { readBlobRow } from "../blob-rows.js";
import { shownKey } from "../entry-key.js";
import type { OpenStore } from "../open-store.js";
import { quarantineFile } from "../quarantine.js";
import { encodeRow, rowKinds } from "../row-format.js";
import { freeFile, readChunkDigests, removeEntry } from "../store-operations.js";
import { type BlobFileContent, readBlobFile } from "../verify-blob-file.js";
import { type FileRows, rowWithoutFile } from "./check-counts.js";
import { type PointedAt, soundEntryAt } from "./check-entries.js";
import { type CheckNote, type Finding, problem } from "./check-problem.js";
import { blobFiles } from "./walk-directory.js";

/** What the index says of the files, as it was at one moment. */
export interface IndexSurvey {
  readonly pointedAt: PointedAt;
  readonly rows: FileRows;
}

/** Holds the files against what the index says of them. What others may have changed meanwhile is looked at twice. */
export async function checkFiles(
  store: OpenStore,
  { pointedAt, rows }: IndexSurvey,
  { findings, notes }: { readonly findings: Finding[]; readonly notes: CheckNote[] },
): Promise<{ files: number; fileBytes: number }> {
  for (const { address, places } of pointedAt.values()) {
    if (isThere(store, address)) continue;
    for (const place of places) {
      if (pointsAt(store, place, address) && !isThere(store, address))
        findings.push(entryWithoutFile(store, place, address));
    }
  }
  for (const [id, { address, count }] of rows) {
    if (pointedAt.has(id) || isThere(store, address)) continue;
    const same = await store.transact(
      () => readBlobRow(store.environment.blobs, address, store.xxhash)?.count === count && !isThere(store, address),
    );
    if (same) findings.push(rowWithoutFile(store, address));
  }
  let files = 0;
  let fileBytes = 0;
  for (const folder of ["blobs", "tables"] as const) {
    for (const address of blobFiles(store.root, folder, notes)) {
      const sizeBytes = await checkFile(store, address, pointedAt, findings);
      if (sizeBytes === undefined) continue;
      files++;
      fileBytes += sizeBytes;
    }
  }
  return { files, fileBytes };
}

/** The size of a sound file. */
async function checkFile(
  store: OpenStore,
  address: BlobAddress,
  pointedAt: PointedAt,
  findings: Finding[],
): Promise<number | undefined> {
  const path = blobPath(store.root, address);
  const before = statSync(path, { throwIfNoEntry: false });
  if (before === undefined) return undefined;
  if (isUnknown(store, address)) {
    // Again under the lock of writers, because a file gets its name a moment before its row.
    const unknown = await store.transact(() => isUnknownNow(store, address) && isThere(store, address));
    // Where entries point at it, its row is missing: that is named with the counts.
    if (unknown && !pointedAt.has(addressText(address))) {
      findings.push(fileWithoutRow(store, address));
      return undefined;
    }
  }
  const content = await readBlobFile(path, store.xxhash).catch(() => undefined);
  if (content?.digest === address.digest) {
    checkChunks(store, address, { pointedAt, content, findings });
    return content.byteLength;
  }
  if (statSync(path, { throwIfNoEntry: false })?.ino !== before.ino) return undefined; // freed or replaced meanwhile
  findings.push(damagedFile(store, address, before.ino, pointedAt));
  return undefined;
}

function checkChunks(
  store: OpenStore,
  address: BlobAddress,
  { pointedAt, content, findings }: { pointedAt: PointedAt; content: BlobFileContent; findings: Finding[] },
): void {
  const { environment, xxhash } = store;
  const reference = pointedAt.get(addressText(address))?.address;
  if (reference === undefined) return;
  const key = addressKey(address);
  const isWanted = () => environment.blobs.read(key) !== undefined && readChunkDigests(store, reference) === undefined;
  environment.refresh();
  if (!isWanted()) return;
  findings.push({
    problem: problem("wrong-chunks", addressText(address), "it is missing, or does not meet its checksum"),
    repair() {
      const row = encodeRow({ kind: rowKinds.chunkDigests, key, payload: content.chunks }, xxhash);
      if (isWanted()) environment.chunks.write(key, row);
      return true;
    },
  });
}

function entryWithoutFile(store: OpenStore, place: Uint8Array, address: BlobAddress): Finding {
  const reason = `its file ${addressText(address)} is not there`;
  return {
    problem: problem("entry-without-file", shownKey(place.subarray(1)), reason),
    repair() {
      if (isThere(store, address)) return true;
      const entry = soundEntryAt(store.environment, place, store);
      if (isSameAddress(entry?.reference, address)) removeEntry(store, place);
      return true;
    },
  };
}

function fileWithoutRow(store: OpenStore, address: BlobAddress): Finding {
  const name = relative(store.root, blobPath(store.root, address));
  const reason = "the index does not know it, as when a process was killed while writing";
  return {
    problem: problem("file-without-row", name, reason),
    repair() {
      if (store.environment.blobs.read(addressKey(address)) === undefined) freeFile(store, address);
      return !isThere(store, address) || !isUnknownNow(store, address);
    },
  };
}

function damagedFile(store: OpenStore, address: BlobAddress, inode: number, pointedAt: PointedAt): Finding {
  const path = blobPath(store.root, address);
  return {
    problem: problem("file-damaged", relative(store.root, path), "its content is not what its name says"),
    repair() {
      if (statSync(path, { throwIfNoEntry: false })?.ino !== inode) return true;
      quarantineFile(store.root, path, address.digest);
      for (const place of pointedAt.get(addressText(address))?.places ?? []) {
        const entry = soundEntryAt(store.environment, place, store);
        if (isSameAddress(entry?.reference, address)) removeEntry(store, place);
      }
      return true;
    },
  };
}

function isThere(store: OpenStore, address: BlobAddress): boolean {
  return statSync(blobPath(store.root, address), { throwIfNoEntry: false }) !== undefined;
}

function isUnknown(store: OpenStore, address: BlobAddress): boolean {
  store.environment.refresh();
  return isUnknownNow(store, address);
}

/** Within a transaction, or after `refresh`. */
function isUnknownNow({ environment }: OpenStore, address: BlobAddress): boolean {
  return environment.blobs.read(addressKey(address)) === undefined;
}

function pointsAt(store: OpenStore, place: Uint8Array, address: BlobAddress): boolean {
  store.environment.refresh();
  return isSameAddress(soundEntryAt(store.environment, place, store)?.reference, address);
}
