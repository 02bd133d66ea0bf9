import {
  type Awaitable,
  type BlobRecord,
  checkRange,
  type DamagedBlobError,
  LarderError,
  type StoredBlob,
} from "@larder/core";
import { blobPath, type FileReference } from "./blob-address.js";
import { lookUpKey } from "./entry-key.js";
import { openFileBlob } from "./file-blob.js";
import { isIndexDamage } from "./index-guard.js";
import type { OpenStore } from "./open-store.js";
import { type PlacedRow, removeDamagedFile, removeDamagedRow, removeLostFile } from "./remove-damaged.js";
import { decodeRow, type Row, readHead, rowKinds } from "./row-format.js";
import { systemCode } from "./store-error.js";
import { readChunkDigests, referenceOf } from "./store-operations.js";
import type { StoreWarning, WarningListener } from "./warning.js";

/**
 * The blob under a key. A small one costs one read of LMDB, a large one also the opening of its file; no other bytes
 * are read. What is damaged or gone is put away, told, and `undefined`.
 */
export function readEntry(
  store: OpenStore,
  key: string,
  onWarning: WarningListener,
): Awaitable<StoredBlob | undefined> {
  const { name, place } = lookUpKey(key);
  let bytes: Uint8Array | undefined;
  try {
    store.environment.refresh();
    bytes = store.environment.entries.read(place);
  } catch (error) {
    onWarning(unreadable(store, key, error));
    return undefined;
  }
  if (bytes === undefined) return undefined;
  const row = decodeRow(bytes, name, store.xxhash);
  const record = row && (readHead(row) as BlobRecord | undefined);
  if (row?.kind === rowKinds.inline && record?.byteLength === row.payload.byteLength) {
    return inlineBlob(record, Buffer.from(row.payload));
  }
  const placed: PlacedRow = { key, place: new Uint8Array(place), bytes: new Uint8Array(bytes) };
  const reference = referenceOf(row as Row | undefined);
  if (record === undefined || reference === undefined) return removeDamagedRow(store, placed, onWarning);
  return openFile(store, placed, { record, reference }, onWarning);
}

function unreadable(store: OpenStore, key: string, error: unknown): StoreWarning {
  if (isIndexDamage(error)) store.suspect();
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: "backend-failed",
    message: `The index of ${store.root} could not be read for '${key}' (${reason}), which counts as a miss.`,
    key,
    cause: error,
  };
}

function inlineBlob(record: BlobRecord, kept: Uint8Array): StoredBlob {
  return {
    record,
    verified: true, // with its row, which was checked when it was read
    source: {
      byteLength: kept.byteLength,
      slice(start, end = kept.byteLength) {
        checkRange(start, end, kept.byteLength);
        // A copy: the kept bytes serve later reads, and nobody may overwrite what those return.
        return new Uint8Array(kept.subarray(start, end));
      },
    },
  };
}

function openFile(
  store: OpenStore,
  placed: PlacedRow,
  { record, reference }: { record: BlobRecord; reference: FileReference },
  onWarning: WarningListener,
): Awaitable<StoredBlob | undefined> {
  try {
    return openFileBlob(blobPath(store.root, reference), {
      record,
      xxhash: store.xxhash,
      describe: `The blob under '${placed.key}'`,
      loadChunkDigests: () => loadChunkDigests(store, reference),
      onDamaged: (error, inode) => removeDamagedFile(store, placed, { reference, error, inode }, onWarning),
    });
  } catch (error) {
    if (LarderError.isInstance(error, "damaged-blob")) {
      const { inode } = error.facts as { inode: number };
      const damage = { reference, error: error as DamagedBlobError, inode };
      return removeDamagedFile(store, placed, damage, onWarning).then(() => undefined);
    }
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP") return lookAgain(store, placed, onWarning);
    const advice =
      code === "EMFILE" || code === "ENFILE"
        ? " Close blobs and tables that are no longer needed, or raise the limit (ulimit -n)."
        : "";
    onWarning({
      code: advice === "" ? "backend-failed" : "too-many-open-files",
      message: `The file of the blob under '${placed.key}' could not be opened (${String(code)}), which counts as a miss.${advice}`,
      key: placed.key,
      cause: error,
    });
    return undefined;
  }
}

/** The entry may have been overwritten, and its file freed, between the two reads. */
function lookAgain(store: OpenStore, placed: PlacedRow, onWarning: WarningListener): Awaitable<StoredBlob | undefined> {
  let same = false;
  try {
    store.environment.refresh();
    const now = store.environment.entries.read(placed.place);
    same = now !== undefined && Buffer.compare(now, placed.bytes) === 0;
  } catch {
    // Read once more below, which tells of it.
  }
  return same ? removeLostFile(store, placed, onWarning) : readEntry(store, placed.key, onWarning);
}

function loadChunkDigests(store: OpenStore, reference: FileReference): Uint8Array | undefined {
  try {
    store.environment.refresh();
    return readChunkDigests(store, reference);
  } catch {
    // The store was closed meanwhile: the blob is then checked as a whole.
    return undefined;
  }
}
