import { statSync } from "node:fs";
import type { DamagedBlobError } from "@larder/core";
import { type BlobAddress, blobPath } from "./blob-address.js";
import type { OpenStore } from "./open-store.js";
import { quarantineBytes, quarantineFile } from "./quarantine.js";
import { removeEntry } from "./store-operations.js";
import type { StoreWarning, WarningListener } from "./warning.js";

/** An entry as it was read; the bytes are a copy. */
export interface PlacedRow {
  readonly key: string;
  readonly place: Uint8Array;
  readonly bytes: Uint8Array;
}

/** Puts away a row that does not meet its checksum. */
export async function removeDamagedRow(
  store: OpenStore,
  placed: PlacedRow,
  onWarning: WarningListener,
): Promise<undefined> {
  const kept = await quietly(() => quarantineBytes(store.root, placed.bytes, "entry"));
  await quietly(() => store.batches.run(() => removeEntry(store, placed.place, placed.bytes)));
  onWarning(damage(placed.key, "its record does not meet its checksum", kept));
  return undefined;
}

/** Forgets an entry whose file is gone. */
export async function removeLostFile(
  store: OpenStore,
  placed: PlacedRow,
  onWarning: WarningListener,
): Promise<undefined> {
  await quietly(() => store.batches.run(() => removeEntry(store, placed.place, placed.bytes)));
  onWarning({
    code: "lost-blob",
    message: `The file of the blob under '${placed.key}' is gone, which counts as a miss. Don't delete single files from the cache directory.`,
    key: placed.key,
  });
  return undefined;
}

/** Puts away a file that does not meet its checksum, unless a sound one has taken its place, and forgets the entry. */
export async function removeDamagedFile(
  store: OpenStore,
  placed: PlacedRow,
  { reference, error, inode }: { reference: BlobAddress; error: DamagedBlobError; inode: number },
  onWarning: WarningListener,
): Promise<void> {
  const path = blobPath(store.root, reference);
  let kept: string | undefined;
  await quietly(() =>
    store.batches.run(() => {
      if (statSync(path, { throwIfNoEntry: false })?.ino === inode)
        kept = quarantineFile(store.root, path, reference.digest);
      removeEntry(store, placed.place, placed.bytes);
    }),
  );
  onWarning(damage(placed.key, String(error.facts.reason), kept, error));
}

function damage(key: string, reason: string, kept: string | undefined, cause?: unknown): StoreWarning {
  const where = kept === undefined ? "" : ` It was moved to ${kept}.`;
  return {
    code: "damaged-blob",
    message: `The blob under '${key}' is damaged (${reason}), which counts as a miss.${where}`,
    key,
    ...(cause === undefined ? {} : { cause }),
  };
}

/** What can't be put away stays where it is: reading it stays a miss. */
async function quietly<Result>(action: () => Result | Promise<Result>): Promise<Result | undefined> {
  try {
    return await action();
  } catch {
    return undefined;
  }
}
