import {
  type BackendCapabilities,
  type BlobRecord,
  type BlobToStore,
  blobBytes,
  type CacheBackend,
  checkRange,
  type KeyRange,
  type NodeSignature,
  type StoredBlob,
} from "../../src/index.js";

/** One stored blob, as the parts below see it. */
export interface Row {
  record: BlobRecord;
  bytes: Uint8Array;
}

/** The places where a backend can go wrong, each right by default. */
export interface Parts {
  supports: BackendCapabilities;
  blobs: Map<string, Row>;
  signatures: Map<string, NodeSignature>;
  /** Under which name a key's blob is kept. */
  nameOf(key: string): string;
  nodeNameOf(nodeName: string): string;
  bytesOf(blob: BlobToStore): Promise<Uint8Array>;
  /** Puts a row in place; `before` is the one that was there. */
  store(name: string, row: Row, before: Row | undefined): Promise<void> | void;
  copy(bytes: Uint8Array): Uint8Array;
  keptRecord(record: BlobRecord): BlobRecord;
  signature(signature: NodeSignature): NodeSignature;
  absent(): StoredBlob | undefined;
  open(row: Row, name: string): StoredBlob;
  slice(row: Row, start: number, end: number): Uint8Array;
  list(keys: string[], prefix: string): string[];
  /** Cuts a list of keys in order down to a range. */
  cut(keys: string[], range: KeyRange): string[];
  remove(name: string): boolean;
  clear(): void;
}

function isUpTo(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) <= 0;
}

/** A small right backend whose parts can be swapped for wrong ones. */
export function simpleBackend(wrong: (parts: Parts) => Partial<Parts> = () => ({})): CacheBackend {
  const blobs = new Map<string, Row>();
  const signatures = new Map<string, NodeSignature>();
  const right: Parts = {
    supports: { entryIndex: true },
    blobs,
    signatures,
    nameOf: (key) => key,
    nodeNameOf: (nodeName) => nodeName,
    bytesOf: blobBytes,
    store: (name, row) => void blobs.set(name, row),
    copy: (bytes) => new Uint8Array(bytes),
    keptRecord: (record) => structuredClone(record),
    signature: (signature) => ({ ...signature }),
    absent: () => undefined,
    open: (row) => ({
      record: parts.keptRecord(row.record),
      source: {
        byteLength: row.bytes.byteLength,
        slice(start, end = row.bytes.byteLength) {
          checkRange(start, end, row.bytes.byteLength);
          return parts.slice(row, start, end);
        },
      },
    }),
    slice: (row, start, end) => parts.copy(row.bytes.subarray(start, end)),
    list: (keys, prefix) =>
      keys.filter((key) => key.startsWith(prefix)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    cut(keys, { from = "", before, reverse, limit }) {
      const inside = keys.filter((key) => isUpTo(from, key) && (before === undefined || !isUpTo(before, key)));
      return (reverse === true ? inside.reverse() : inside).slice(0, limit);
    },
    remove: (name) => blobs.delete(name),
    clear() {
      blobs.clear();
      signatures.clear();
    },
  };
  const parts: Parts = { ...right };
  Object.assign(parts, wrong(right));
  const backend = {
    supports: parts.supports,
    async getMeta(nodeName: string) {
      const signature = parts.signatures.get(parts.nodeNameOf(nodeName));
      return signature && parts.signature(signature);
    },
    async setMeta(signature: NodeSignature) {
      parts.signatures.set(parts.nodeNameOf(signature.nodeName), { ...signature });
    },
    async getBlob(key: string) {
      const row = parts.blobs.get(parts.nameOf(key));
      return row === undefined ? parts.absent() : parts.open(row, parts.nameOf(key));
    },
    async setBlob(key: string, blob: BlobToStore) {
      const bytes = parts.copy(await parts.bytesOf(blob));
      const name = parts.nameOf(key);
      await parts.store(name, { record: parts.keptRecord(blob.record), bytes }, parts.blobs.get(name));
    },
    async clear() {
      parts.clear();
    },
    async *keys(range: KeyRange = {}) {
      const keys = parts.list([...parts.blobs.keys()], range.prefix ?? "");
      const { from, before, reverse, limit } = range;
      const bounded = [from, before, reverse, limit].some((bound) => bound !== undefined);
      for (const key of bounded ? parts.cut([...keys], range) : keys) yield key;
    },
    async deleteBlob(key: string) {
      return parts.remove(parts.nameOf(key));
    },
  };
  return backend;
}
