import * as engine from "lmdb";
import {
  type Database,
  open,
  type RangeOptions,
  type RootDatabase,
  type Transaction,
  type TransactionFlags,
} from "lmdb";

/** Named databases of the index. The root database holds nothing but their names: clearing it aborts the process. */
const tableNames = [
  "entries",
  "signatures",
  "blobs",
  "chunks",
  "unused",
  "usage",
  "order",
  "expiry",
  "tagNames",
  "tagged",
  "leases",
  "counters",
  "space",
  "uses",
  "identity",
] as const;

export type TableName = (typeof tableNames)[number];

/** Which rows of a table, and in which order. */
export interface TableRange {
  /** This key and those after it. Default: all. */
  readonly from?: Uint8Array;
  /** Keys before this one. Default: all. */
  readonly before?: Uint8Array;
  /** Descending instead of ascending. */
  readonly reverse?: boolean;
  /** At most so many: what is read is copied, and holds up the event loop. */
  readonly limit: number;
}

/** A row with its key, both copied. */
export interface TableRow {
  readonly key: Uint8Array;
  readonly row: Uint8Array;
}

/** A sorted map from bytes to bytes, to be read. Keys are 1 to 1,978 bytes. */
export interface ReadableTable {
  /** The row under a key, as a view that the next read overwrites: copy what is kept, before the next read or await. */
  read(key: Uint8Array): Uint8Array | undefined;
  /** At most `limit` keys from `start` (inclusive) upwards, copied. */
  keysFrom(start: Uint8Array, limit: number): Uint8Array[];
  /** The keys in a range, copied; within a transaction as they are by then. */
  keysIn(range: TableRange): Uint8Array[];
  /** The rows in a range, copied; within a transaction as they are by then. */
  rowsIn(range: TableRange): TableRow[];
}

/** A sorted map from bytes to bytes. */
export interface ByteTable extends ReadableTable {
  /** `read` of what is committed by now, whoever did it; no moment is held on to. Within a transaction the same as `read`. */
  readLatest(key: Uint8Array): Uint8Array | undefined;
  /** Writes a row; only within a transaction. @throws when the engine did not take it */
  write(key: Uint8Array, row: Uint8Array): void;
  /** Removes a row; only within a transaction. */
  remove(key: Uint8Array): void;
  /** Removes every row; only within a transaction. */
  removeAll(): void;
}

/** All tables as they were at one moment. Held for long, it makes the index grow: what it shows can't be overwritten. */
export interface Snapshot extends Readonly<Record<TableName, ReadableTable>> {
  release(): void;
}

/** The open index of one cache directory. */
export interface LmdbEnvironment extends Readonly<Record<TableName, ByteTable>> {
  /** Makes the following reads see everything that any process has committed by now. */
  refresh(): void;
  /** Everything that is committed by now, for reading that takes more than one turn of the event loop. */
  snapshot(): Snapshot;
  /**
   * Runs `body` as one transaction: all of its writes are committed, and on disk, when this returns; none when `body`
   * or the commit throws. Waits for other writers. Synchronous, because an asynchronous one would hold the write lock
   * of every process for as long as this process is busy elsewhere, and would commit even when `body` throws.
   * Nobody may be opening the index meanwhile: see `whileNobodyOpens`.
   */
  transact<Result>(body: () => Result): Result;
  /** Frees the slots of readers that died. */
  dropDeadReaders(): void;
  close(): Promise<void>;
}

/** Abortable, committed on return, without holding the write lock while the commit goes to disk. */
const transactionFlags = 0x10003 as TransactionFlags;

/** Opens the index in the file `path`, which is created when absent. Look at its header first: damage is fatal here. */
export function openLmdbEnvironment(path: string): LmdbEnvironment {
  const root: RootDatabase<Buffer, Uint8Array> = open({
    path,
    noSubdir: true,
    maxDbs: 32,
    maxReaders: 1024,
    encoding: "binary",
    keyEncoding: "binary",
  });
  const databases = perTable((name) => root.openDB<Buffer, Uint8Array>(name, binaryTable));
  const latest = latestTransaction(root);
  return {
    ...perTable((name) => byteTable(databases[name], latest)),
    refresh: () => root.resetReadTxn(),
    snapshot() {
      root.resetReadTxn();
      const transaction = root.useReadTransaction();
      return {
        ...perTable((name) => readableTable(databases[name], { transaction })),
        release: () => transaction.done(),
      };
    },
    transact: (body) => transact(root, body),
    dropDeadReaders: () => void root.readerCheck(),
    close() {
      latest.isClosed = true;
      return root.close();
    },
  };
}

function transact<Result>(root: RootDatabase<Buffer, Uint8Array>, body: () => Result): Result {
  let result: { readonly value: Result } | undefined;
  root.transactionSync(() => {
    result = { value: body() };
    // Nothing is returned: the engine would wait for a promise with the transaction open, and 'put' returns one.
  }, transactionFlags);
  return result!.value;
}

const binaryTable = { encoding: "binary", keyEncoding: "binary" } as const;

function perTable<Value>(make: (name: TableName) => Value): Record<TableName, Value> {
  return Object.fromEntries(tableNames.map((name) => [name, make(name)])) as Record<TableName, Value>;
}

type Table = Database<Buffer, Uint8Array>;

/** Before every key: LMDB takes no empty ones, and without a start the engine leaves out those below 5. */
const first = Buffer.of(0);

function engineRange({ from = first, before, reverse = false, limit }: TableRange): RangeOptions {
  if (!reverse) return { start: from, limit, ...(before === undefined ? {} : { end: before }) };
  const start = before === undefined ? {} : { start: before, exclusiveStart: true };
  return { ...start, end: from, inclusiveEnd: true, reverse: true, limit };
}

function readableTable(database: Table, options: { readonly transaction?: Transaction } = {}): ReadableTable {
  const fast = database as unknown as FastReading;
  return {
    read(key) {
      const found = fast.getBinaryFast(key, options);
      return found && viewOf(found);
    },
    keysFrom(start, limit) {
      const keys: Uint8Array[] = [];
      for (const key of database.getKeys({ ...options, start, limit })) keys.push(key);
      return keys;
    },
    keysIn(range) {
      return [...database.getKeys({ ...options, ...engineRange(range) })];
    },
    rowsIn(range) {
      const rows: TableRow[] = [];
      for (const { key, value } of database.getRange({ ...options, ...engineRange(range) }))
        rows.push({ key, row: value });
      return rows;
    },
  };
}

/** The engine's typings leave out that it takes a transaction, as `get` does. */
interface FastReading {
  getBinaryFast(key: Uint8Array, options: { readonly transaction?: Transaction }): EngineBytes | undefined;
}

/** `isGlobal`: copied into the memory that the next read is copied into; otherwise it is the map of the file itself. */
type EngineBytes = Buffer & { readonly isGlobal?: boolean };

function viewOf(found: EngineBytes): Uint8Array {
  // The engine's own buffer is longer than the row; only its `length` property was set to the row's.
  return new Uint8Array(found.buffer, found.byteOffset, found.length);
}

/** A transaction for reading that is over after each read: the engine begins it anew by itself at the next one. */
interface LatestTransaction {
  readonly transaction: Transaction;
  /** Lets go of the moment it shows. */
  reset(): void;
  isClosed: boolean;
}

/** Not in the engine's typings either. */
type EngineTransaction = Transaction & { readonly address: number; isDone?: boolean };

/**
 * The engine's own transaction for reading is given a timer each time it is made to show the newest, which costs more than
 * the read; this one is not, for it never shows anything between two reads.
 */
function latestTransaction(root: RootDatabase<Buffer, Uint8Array>): LatestTransaction {
  const { resetTxn } = (engine as unknown as { nativeAddon: { resetTxn(address: number): void } }).nativeAddon;
  root.resetReadTxn();
  const transaction = root.useReadTransaction() as EngineTransaction;
  // The engine lets go of what is in use, and never takes back what is done: others don't read by this one.
  root.resetReadTxn();
  transaction.isDone = true;
  const { address } = transaction;
  resetTxn(address);
  // Its cursors go by whichever transaction was begun last.
  root.getBinary(first);
  root.resetReadTxn();
  return { transaction, reset: () => resetTxn(address), isClosed: false };
}

function byteTable(database: Table, latest: LatestTransaction): ByteTable {
  const readable = readableTable(database);
  const { read } = readable;
  const fast = database as unknown as FastReading;
  return {
    ...readable,
    readLatest(key) {
      if (latest.isClosed) throw new Error("The index was closed.");
      try {
        const found = fast.getBinaryFast(key, latest);
        return found && (found.isGlobal === true ? viewOf(found) : new Uint8Array(viewOf(found)));
      } finally {
        latest.reset();
      }
    },
    write(key, row) {
      void database.put(key, row as Buffer);
      // A put that fails within a synchronous transaction says nothing, so the row is looked at again.
      if (read(key)?.byteLength !== row.byteLength) throw new Error("LMDB did not take a row.");
    },
    remove(key) {
      void database.remove(key);
    },
    removeAll() {
      database.clearSync();
    },
  };
}
