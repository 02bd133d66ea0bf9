import { readdirSync } from "node:fs";
import { join } from "node:path";
import { addressKey, addressOfKey, addressOfPath, type BlobAddress, type BlobFolder } from "./blob-address.js";
import { readBlobRow, writeBlobRow } from "./blob-rows.js";
import type { OpenStore } from "./open-store.js";
import { freeFile } from "./store-operations.js";

/** Rows or files in one step: each holds up every other writer. */
const stepLimit = 500;

/**
 * Forgets every blob and signature in one transaction, and then frees the files, also those that nobody knows of any
 * more. A file that is pointed at again meanwhile stays.
 */
export async function clearStore(store: OpenStore): Promise<void> {
  await store.batches.run(() => forgetAll(store));
  for (const folder of ["blobs", "tables"] as const) {
    for (const addresses of filesIn(store.root, folder)) {
      await store.batches.run(() => {
        for (const address of addresses) if (isUnknown(store, address)) freeFile(store, address);
      });
    }
  }
}

function forgetAll({ counters, environment, journal, space, xxhash }: OpenStore): void {
  journal.cleared();
  const { entries, inlineEntries, rowBytes } = space.account.totals();
  space.account.add({ entries: -entries, inlineEntries: -inlineEntries, rowBytes: -rowBytes });
  environment.expiry.removeAll();
  environment.order.removeAll();
  environment.usage.removeAll();
  if (space.policy().orderedUpTo !== undefined) space.setPolicy({ ...space.policy(), orderedUpTo: undefined });
  environment.entries.removeAll();
  environment.signatures.removeAll();
  environment.tagNames.removeAll();
  environment.tagged.removeAll();
  counters.reset();
  let start: Uint8Array = Buffer.of(0);
  for (;;) {
    const keys = environment.blobs.keysFrom(start, stepLimit);
    for (const key of keys) {
      const address = addressOfKey(key);
      if (address === undefined) environment.blobs.remove(key);
      else {
        const byteLength = readBlobRow(environment.blobs, address, xxhash)?.byteLength ?? 0;
        if (byteLength < 0) space.account.distrust();
        // Counted until it is freed.
        writeBlobRow(environment.blobs, address, { count: 0, byteLength: Math.max(0, byteLength) }, xxhash);
        environment.unused.write(key, Buffer.of(1));
      }
    }
    if (keys.length < stepLimit) return;
    start = Buffer.concat([keys.at(-1)!, Buffer.of(0)]);
  }
}

function isUnknown({ environment }: OpenStore, address: BlobAddress): boolean {
  return environment.blobs.read(addressKey(address)) === undefined;
}

/** The file blobs of a folder, some at a time. */
export function* filesIn(root: string, folder: BlobFolder): Generator<BlobAddress[]> {
  for (const first of namesIn(join(root, folder))) {
    const found: BlobAddress[] = [];
    for (const second of namesIn(join(root, folder, first))) {
      for (const name of namesIn(join(root, folder, first, second))) {
        const address = addressOfPath(folder, first, second, name);
        if (address !== undefined) found.push(address);
      }
    }
    for (let at = 0; at < found.length; at += stepLimit) yield found.slice(at, at + stepLimit);
  }
}

function namesIn(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // no directory, or gone meanwhile
  }
}
