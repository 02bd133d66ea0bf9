import {
  type BlobRecord,
  bytesSource,
  type CacheEntry,
  deferredScan,
  LarderError,
  type TableHandle,
} from "@larder/core";
import type { Table } from "apache-arrow";
import { openParquet } from "../open-parquet.js";
import { encodeParquet } from "../write/encode-parquet.js";
import { type ManagedTable, managedTable } from "./managed-table.js";
import type { ManagerParts } from "./manager-parts.js";
import { noticeDamage } from "./notice-damage.js";
import type { RemoteReference } from "./remote-reference.js";
import { readWholeReference, resolveReference } from "./resolve-reference.js";

/** The table of an entry of the cache. @throws LarderError `not-a-table` */
export function openStored(parts: ManagerParts, item: string, entry: CacheEntry): ManagedTable {
  const { record } = entry;
  const table = entry.table() as TableHandle<Table>;
  const counted = table.scan();
  const done = parts.counts.reading(counted);
  return managedTable({
    kind: "table",
    item,
    from: "cache",
    record,
    scan: () => table.scan(),
    bytesRead: () => counted.bytesRead,
    async close() {
      done();
      await table.close();
      await entry.close();
    },
    async onFailure(error) {
      if (LarderError.isInstance(error, "damaged-blob")) await noticeDamage(parts, item, record, error.message, error);
    },
  });
}

/** A table in memory; a scan of it reads a Parquet file made of it in memory. */
export function openInMemory(
  item: string,
  table: Table,
  from: Pick<ManagedTable, "kind" | "from" | "record" | "reference">,
): ManagedTable {
  let opening: Promise<TableHandle<Table>> | undefined;
  const open = async () => {
    opening ??= encodeParquet(table).then(({ bytes }) => openParquet(bytesSource(bytes)));
    return (await opening).scan();
  };
  return managedTable({
    ...from,
    item,
    table,
    scan: () => deferredScan(open),
    bytesRead: () => 0,
    close: async () => (await opening)?.close(),
  });
}

/** What a stored reference points at. @throws what `resolveReference` throws */
export async function openReference(
  parts: ManagerParts,
  item: string,
  record: BlobRecord,
  reference: RemoteReference,
): Promise<ManagedTable> {
  const resolved = await resolveReference(parts.resolvers, reference);
  parts.counts.count("referencesResolved");
  const from = { kind: "reference", from: "cache", record, reference } as const;
  if ("table" in resolved) return openInMemory(item, resolved.table, from);
  const { source } = resolved;
  let bytesOfWhole = 0;
  const table = openParquet(source);
  const reader = {
    get bytesRead() {
      return bytesOfWhole + table.scan().bytesRead;
    },
  };
  const done = parts.counts.reading(reader);
  return managedTable({
    ...from,
    item,
    scan: () => table.scan(),
    bytesRead: () => reader.bytesRead,
    ...(reference.checksum !== undefined && {
      async wholeScan() {
        const whole = await readWholeReference(reference, source, true);
        bytesOfWhole += source.byteLength;
        return openParquet(whole).scan();
      },
    }),
    async close() {
      done();
      await table.close();
      await (source as { close?: () => Promise<void> }).close?.();
    },
  });
}
