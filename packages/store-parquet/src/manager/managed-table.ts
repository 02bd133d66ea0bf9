import type { BlobRecord, TableHandle, TableScan } from "@larder/core";
import type { Table } from "apache-arrow";
import type { RemoteReference } from "./remote-reference.js";

/** A table that was found. Nothing is read before it is asked for; close it when done. */
export interface ManagedTable extends TableHandle<Table> {
  /** `reference`: the data are elsewhere, and are read from there. */
  readonly kind: "table" | "reference";
  readonly item: string;
  /** `legacy`: a legacy reader had it, and the cache has not. */
  readonly from: "cache" | "legacy";
  /** What the cache knows of it; absent where the cache has not got it. */
  readonly record?: BlobRecord;
  readonly reference?: RemoteReference;
  /**
   * A lazy reading of part of it. What the cache holds is checked part by part. Of what is elsewhere only the length was
   * compared: a part can't be held against the checksum of the whole.
   */
  scan(): TableScan<Table>;
  /** The whole table. Of a reference with a checksum, all its bytes are compared with that first. */
  toArrow(): Promise<Table>;
  /** One array for each column of the whole table, as `scan().toColumns()` gives them. */
  toColumns(): Promise<Record<string, ArrayLike<unknown>>>;
  /** One object for each row, as `scan().toRows()` gives them. */
  toRows(): Promise<Record<string, unknown>[]>;
  /** Bytes read so far. */
  readonly bytesRead: number;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What a {@link ManagedTable} is made of. */
export interface TableParts extends Pick<ManagedTable, "kind" | "item" | "from" | "record" | "reference"> {
  scan(): TableScan<Table>;
  /** A scan whose bytes are checked as a whole, where that is more than `scan` does. */
  wholeScan?(): Promise<TableScan<Table>>;
  /** The whole table, where it is in memory. */
  readonly table?: Table;
  readonly bytesRead: () => number;
  close(): Promise<void>;
  /** Told what a read of the whole throws, before that is thrown. */
  onFailure?(error: unknown): Promise<void>;
}

/** A handle to a table. */
export function managedTable(parts: TableParts): ManagedTable {
  const { kind, item, from, record, reference, table } = parts;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= parts.close();
    return closing;
  };
  const whole = async <Result>(read: (scan: TableScan<Table>) => Promise<Result>): Promise<Result> => {
    try {
      return await read(parts.wholeScan === undefined ? parts.scan() : await parts.wholeScan());
    } catch (error) {
      await parts.onFailure?.(error);
      throw error;
    }
  };
  return {
    kind,
    item,
    from,
    ...(record !== undefined && { record }),
    ...(reference !== undefined && { reference }),
    scan: () => parts.scan(),
    toArrow: () => (table === undefined ? whole((scan) => scan.toArrow()) : Promise.resolve(table)),
    toColumns: () => whole((scan) => scan.toColumns()),
    toRows: () => whole((scan) => scan.toRows()),
    get bytesRead() {
      return parts.bytesRead();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
