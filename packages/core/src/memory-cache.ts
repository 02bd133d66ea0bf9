import type { BlobToStore, CacheBackend, StoredBlob } from "./backend.js";
import type { BlobRecord, JsonObject, JsonValue } from "./blob-record.js";
import { type BlobSource, checkRange } from "./blob-source.js";
import type { BackendCapabilities, EntryIndex } from "./capabilities/index.js";
import { verifyChecksum } from "./checksum/checksum.js";
import { loadXxhash, type Xxhash } from "./checksum/xxhash.js";
import type { ValueCodec } from "./codec.js";
import { DamagedBlobError } from "./errors.js";
import type { NodeSignature } from "./node-signature.js";
import { blobBytes } from "./sources/blob-bytes.js";

/** Settings of a {@link MemoryCache}. */
export interface MemoryCacheOptions {
  /** Codecs for values the built-in ones don't take, such as `parquetCodec()` for Arrow tables. */
  readonly codecs?: readonly ValueCodec[];
}

/**
 * A backend in the memory of this process. It keeps its own copies of bytes and records, and ends with the process.
 * It has no limit of size.
 */
export class MemoryCache implements CacheBackend, EntryIndex {
  readonly codecs: readonly ValueCodec[];
  readonly supports: BackendCapabilities = Object.freeze({ entryIndex: true });
  #blobs = new Map<string, StoredBlob>();
  #signatures = new Map<string, NodeSignature>();
  #xxhash: Xxhash | undefined;

  constructor(options: MemoryCacheOptions = {}) {
    this.codecs = Object.freeze([...(options.codecs ?? [])]);
  }

  async getMeta(nodeName: string): Promise<NodeSignature | undefined> {
    return this.#signatures.get(nodeName);
  }

  async setMeta(signature: NodeSignature): Promise<void> {
    this.#signatures.set(signature.nodeName, Object.freeze({ ...signature }));
  }

  async getBlob(key: string): Promise<StoredBlob | undefined> {
    return this.#blobs.get(key);
  }

  async setBlob(key: string, blob: BlobToStore): Promise<void> {
    // Bytes in memory are copied before the first wait: their owner may write to them afterwards.
    const bytes = "bytes" in blob ? new Uint8Array(blob.bytes) : await blobBytes(blob);
    const record = frozenCopy(blob.record) as unknown as BlobRecord;
    if (bytes.byteLength !== record.byteLength) await blobBytes({ record, bytes }); // throws, saying so
    this.#xxhash ??= await loadXxhash();
    this.#blobs.set(
      key,
      Object.freeze({ record, verified: true, source: memorySource(key, record, bytes, this.#xxhash) }),
    );
  }

  async clear(): Promise<void> {
    this.#blobs.clear();
    this.#signatures.clear();
  }

  async *keys(options: { readonly prefix?: string } = {}): AsyncGenerator<string> {
    const { prefix = "" } = options;
    const found = [...this.#blobs.keys()].filter((key) => key.startsWith(prefix));
    const encoded = found.map((key) => ({ key, utf8: Buffer.from(key) }));
    encoded.sort((a, b) => Buffer.compare(a.utf8, b.utf8));
    for (const { key } of encoded) yield key;
  }

  async deleteBlob(key: string): Promise<boolean> {
    return this.#blobs.delete(key);
  }
}

/**
 * A source over bytes that nobody else has. They are checked once, at the first read: nothing can change them after.
 * Readers get copies, so none can write to what is kept.
 */
function memorySource(key: string, record: BlobRecord, bytes: Uint8Array, xxhash: Xxhash): BlobSource {
  let checked = false;
  return {
    byteLength: bytes.byteLength,
    slice(start, end = bytes.byteLength) {
      checkRange(start, end, bytes.byteLength);
      checked ||= verifyChecksum(bytes, record.checksum, xxhash);
      if (!checked) {
        const reason = "its bytes do not meet the checksum they were stored with";
        throw new DamagedBlobError(`The blob under '${key}'`, { key, reason, checksum: record.checksum });
      }
      return new Uint8Array(bytes.subarray(start, end));
    },
  };
}

function frozenCopy(value: object): JsonObject {
  const copy: Record<string, JsonValue> = {};
  for (const [name, part] of Object.entries(value)) {
    // Not by assignment: '__proto__' is a name like any other.
    if (part !== undefined) Object.defineProperty(copy, name, { value: frozenPart(part), enumerable: true });
  }
  return Object.freeze(copy);
}

function frozenPart(part: JsonValue): JsonValue {
  if (typeof part !== "object" || part === null) return part;
  return Array.isArray(part) ? (Object.freeze(part.map(frozenPart)) as JsonValue) : frozenCopy(part);
}
