import {
  type Awaitable,
  type BlobLook,
  type BlobRecord,
  type BlobSource,
  checkRange,
  copyInto,
  type DamagedBlobError,
  LarderError,
  type StoredBlob,
} from "@larder/core";
import { blobPath, decodeReference, type FileReference } from "./blob-address.js";
import { lookUpKey } from "./entry-key.js";
import { openFileBlob } from "./file-blob.js";
import { isIndexDamage } from "./index-guard.js";
import type { OpenStore } from "./open-store.js";
import { decodeRecord } from "./record-format.js";
import { type PlacedRow, removeDamagedFile, removeDamagedRow, removeLostFile } from "./remove-damaged.js";
import { rowBounds, rowKinds, storedSequence } from "./row-format.js";
import { systemCode } from "./store-error.js";
import { readChunkDigests } from "./store-operations.js";
import type { StoreWarning, WarningListener } from "./warning.js";

/**
 * The blob under a key. A small one costs one read of LMDB, a large one also the opening of its file; no other bytes
 * are read. What is damaged or gone is put away, told, and `undefined`.
 */
export function readEntry(
  store: OpenStore,
  key: string,
  onWarning: WarningListener,
  look?: BlobLook,
): Awaitable<StoredBlob | undefined> {
  const { name, place } = lookUpKey(key);
  let bytes: Uint8Array | undefined;
  try {
    bytes = store.environment.entries.readLatest(place);
  } catch (error) {
    onWarning(unreadable(store, key, error));
    return undefined;
  }
  if (bytes === undefined) return undefined;
  const row = rowBounds(bytes, name, store.xxhash);
  const record = row && decodeRecord(bytes, row.headStart, row.payloadStart);
  if (row?.kind === rowKinds.inline && record?.byteLength === row.payloadEnd - row.payloadStart) {
    // Not by `slice`, which fills the memory with zeros first.
    const blob = inlineBlob(key, record, new Uint8Array(bytes.subarray(row.payloadStart, row.payloadEnd)));
    if (look?.countsAsUse !== false) store.space.noteRead(key, storedSequence(bytes));
    return blob;
  }
  const placed: PlacedRow = { key, place: new Uint8Array(place), bytes: new Uint8Array(bytes) };
  const reference =
    row?.kind === rowKinds.file ? decodeReference(placed.bytes.subarray(row.payloadStart, row.payloadEnd)) : undefined;
  if (record === undefined || reference === undefined) return removeDamagedRow(store, placed, onWarning);
  return openFile(store, placed, { record, reference, look }, onWarning);
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

/** @param kept - memory of its own */
function inlineBlob(key: string, record: BlobRecord, kept: Uint8Array): StoredBlob {
  const source = new KeptBytes(key, kept);
  // Verified with its row, which was checked when it was read.
  return { record, verified: true, source, takeBytes: () => source.take() };
}

/** A class, because objects of functions of their own are what a hit would spend most of its time on. */
class KeptBytes implements BlobSource {
  readonly byteLength: number;
  readonly blockBytes = 1;
  readonly exclusive = true;
  readonly #key: string;
  #bytes: Uint8Array | undefined;

  constructor(key: string, bytes: Uint8Array) {
    this.byteLength = bytes.length;
    this.#key = key;
    this.#bytes = bytes;
  }

  slice(start: number, end = this.byteLength): Uint8Array {
    checkRange(start, end, this.byteLength);
    // A copy: the kept bytes serve later reads, and nobody may overwrite what those return.
    return (this.#bytes ?? throwTaken(this.#key)).slice(start, end);
  }

  readInto(start: number, targets: readonly Uint8Array[]): void {
    copyInto(this.#bytes ?? throwTaken(this.#key), start, targets);
  }

  take(): Uint8Array {
    const bytes = this.#bytes ?? throwTaken(this.#key);
    this.#bytes = undefined;
    return bytes;
  }
}

function throwTaken(key: string): never {
  throw new LarderError(
    `The bytes of the blob under '${key}' were handed over and can't be read any more. Look the blob up again.`,
    { code: "blob-closed", facts: { key } },
  );
}

function openFile(
  store: OpenStore,
  placed: PlacedRow,
  { record, reference, look }: { record: BlobRecord; reference: FileReference; look: BlobLook | undefined },
  onWarning: WarningListener,
): Awaitable<StoredBlob | undefined> {
  try {
    const blob = openFileBlob(blobPath(store.root, reference), {
      record,
      xxhash: store.xxhash,
      describe: `The blob under '${placed.key}'`,
      loadChunkDigests: () => loadChunkDigests(store, reference),
      onDamaged: (error, inode) => removeDamagedFile(store, placed, { reference, error, inode }, onWarning),
      onOpened: () => store.space.fileOpened(reference),
    });
    if (look?.countsAsUse !== false) store.space.noteRead(placed.key, storedSequence(placed.bytes));
    return blob;
  } catch (error) {
    if (LarderError.isInstance(error, "damaged-blob")) {
      const { inode } = error.facts as { inode: number };
      const damage = { reference, error: error as DamagedBlobError, inode };
      return removeDamagedFile(store, placed, damage, onWarning).then(() => undefined);
    }
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP") return lookAgain(store, placed, onWarning, look);
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
function lookAgain(
  store: OpenStore,
  placed: PlacedRow,
  onWarning: WarningListener,
  look: BlobLook | undefined,
): Awaitable<StoredBlob | undefined> {
  let same = false;
  try {
    const now = store.environment.entries.readLatest(placed.place);
    same = now !== undefined && Buffer.compare(now, placed.bytes) === 0;
  } catch {
    // Read once more below, which tells of it.
  }
  return same ? removeLostFile(store, placed, onWarning) : readEntry(store, placed.key, onWarning, look);
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
