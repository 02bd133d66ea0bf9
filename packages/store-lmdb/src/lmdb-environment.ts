import { type Database, open, type RootDatabase, type Transaction, type TransactionFlags } from "lmdb";

/** Named databases of the index. The root database holds nothing but their names: clearing it aborts the process. */
const tableNames = ["entries", "signatures", "blobs", "chunks", "unused"] as const;

export type TableName = (typeof tableNames)[number];

/** A sorted map from bytes to bytes, to be read. Keys are 1 to 1,978 bytes. */
export interface ReadableTable {
  /** The row under a key, as a view that the next read overwrites: copy what is kept, before the next read or await. */
  read(key: Uint8Array): Uint8Array | undefined;
  /** At most `limit` keys from `start` (inclusive) upwards, copied. */
  keysFrom(start: Uint8Array, limit: number): Uint8Array[];
}

/** A sorted map from bytes to bytes. */
export interface ByteTable extends ReadableTable {
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
    maxDbs: 16,
    maxReaders: 1024,
    encoding: "binary",
    keyEncoding: "binary",
  });
  const databases = perTable((name) => root.openDB<Buffer, Uint8Array>(name, binaryTable));
  return {
    ...perTable((name) => byteTable(databases[name])),
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
    close: () => root.close(),
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

function readableTable(database: Table, options: { readonly transaction?: Transaction } = {}): ReadableTable {
  return {
    read(key) {
      const found = (database as unknown as { getBinaryFast: FastRead }).getBinaryFast(key, options);
      // The engine's own buffer is longer than the row; only its `length` property was set to the row's.
      return found && new Uint8Array(found.buffer, found.byteOffset, found.length);
    },
    keysFrom(start, limit) {
      const keys: Uint8Array[] = [];
      for (const key of database.getKeys({ ...options, start, limit })) keys.push(key);
      return keys;
    },
  };
}

/** The engine's typings leave out that it takes a transaction, as `get` does. */
type FastRead = (key: Uint8Array, options: { readonly transaction?: Transaction }) => Buffer | undefined;

function byteTable(database: Table): ByteTable {
  const { read, keysFrom } = readableTable(database);
  return {
    read,
    keysFrom,
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
