import { rmSync } from "node:fs";
import type { BlobRecord, BlobToStore } from "@larder/core";
import { indexKey, keyBytes } from "./entry-key.js";
import type { OpenStore } from "./open-store.js";
import { orderRead } from "./order/entry-order.js";
import { readUsage } from "./order/order-rows.js";
import { releaseSpace, reserveSpace } from "./space/reserve-space.js";
import { runWithRoom } from "./space/run-with-room.js";
import { knownEntryAt, tryPutEntry } from "./store-operations.js";
import { syncBlob } from "./sync-blob.js";
import { type TemporaryBlob, writeTemporaryBlob } from "./temporary-blob.js";
import { bytesToReserve, fileChange, recordToStore } from "./write-blob.js";

/** Gives the record for the new bytes, or `undefined`: they are not to be stored. Synchronous; may run more than once. */
export type ReviseRecord = (current: BlobRecord) => BlobRecord | undefined;

/**
 * Stores a blob in a file in place of the one its key has, if `revise` wants it so: it is asked within the transaction that does
 * it, so that no other write comes between. How often the entry was used stays known.
 *
 * @returns the record that was stored; `undefined`: nothing was, for there is no entry or `revise` did not want it
 */
export async function replaceBlob(
  store: OpenStore,
  key: string,
  blob: BlobToStore,
  { revise, sync }: { readonly revise: ReviseRecord; readonly sync: boolean },
): Promise<BlobRecord | undefined> {
  const place = indexKey(keyBytes(key));
  const { codec, byteLength, checksum } = blob.record;
  const reservation = await reserveSpace(store, bytesToReserve(key, recordToStore(blob)), { except: place });
  let temporary: TemporaryBlob;
  try {
    temporary = await writeTemporaryBlob(store.root, blob, { sync, xxhash: store.xxhash });
  } catch (error) {
    if (reservation !== undefined) await releaseSpace(store, reservation).catch(() => undefined);
    throw error;
  }
  try {
    const stored = await runWithRoom(
      store,
      () => {
        const current = knownEntryAt(store, place)?.record;
        const revised = current && revise(current);
        if (revised === undefined) return undefined;
        const record = { ...revised, codec, byteLength, checksum };
        const change = fileChange(key, temporary, recordToStore({ ...blob, record }), store.xxhash);
        const usage = readUsage(store.environment.usage, place, store.xxhash);
        const full = tryPutEntry(store, change);
        if (full !== undefined) return full;
        if (usage !== undefined)
          orderRead(store, place, { storedSequence: sequenceAt(store, place), times: usage.hits });
        return { record, reference: change.reference };
      },
      reservation,
    );
    if (stored !== undefined && sync) await syncBlob(store.root, stored.reference);
    return stored?.record;
  } finally {
    // Named or not: nothing is left behind.
    rmSync(temporary.path, { force: true });
  }
}

function sequenceAt(store: OpenStore, place: Uint8Array): number {
  return knownEntryAt(store, place)!.storedSequence;
}
