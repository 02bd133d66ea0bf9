import {
  type BlobInView,
  type CacheBackend,
  checksumOf,
  type JsonObject,
  LarderError,
  loadXxhash,
  type Transactions,
  type TransactionView,
  UnsupportedCapabilityError,
  type ValueCodec,
  type Xxhash,
} from "@larder/core";
import { type BootClock, systemBootClock } from "./boot-clock.js";
import { type EncodedBytes, type ValueCodecs, valueCodecs } from "./value-codecs.js";

/** Where a structure is kept, and under which name. */
export interface StructureOptions {
  /** Any backend that declares `supports.transactions`, such as `MemoryCache` or `DiskCache`. */
  readonly backend: CacheBackend;
  /** 1 to 200 characters, without braces. The same name on the same backend is the same structure, in every process. */
  readonly name: string;
  /** Codecs asked before those of the backend and the built-in ones. */
  readonly codecs?: readonly ValueCodec[];
  /** Default: the clock of the machine. */
  readonly clock?: BootClock;
}

/** The keys of one structure, and what is needed to read and change them. */
export interface StructureStore {
  readonly backend: CacheBackend;
  readonly name: string;
  /** All its keys begin with it: `{<kind>:<name>}/`, so that a backend in several shards keeps them together. */
  readonly prefix: string;
  readonly codecs: ValueCodecs;
  readonly clock: BootClock;
  /** Runs `body` as one step over the structure's keys; see `Transactions`. */
  transact<Result>(body: (view: TransactionView) => Result): Promise<Result>;
  /** A blob to be kept until deleted; `transact` must have been called before, or be running. */
  blob(encoded: EncodedBytes, details?: JsonObject): BlobInView;
  /** A blob without bytes, for what stands in the key and in `details`. */
  mark(details?: JsonObject): BlobInView;
}

const noBytes = new Uint8Array(0);
let xxhash: Xxhash | undefined;

/**
 * @param kind - the kind of structure, part of its keys
 * @throws UnsupportedCapabilityError when the backend has no transactions
 * @throws LarderError `invalid-name`
 */
export function structureStore(kind: string, options: StructureOptions): StructureStore {
  const { backend, name, codecs, clock = systemBootClock } = options;
  if (backend?.supports?.transactions !== true) {
    throw new UnsupportedCapabilityError("transactions", `A durable ${kind}`);
  }
  checkName(kind, name);
  const prefix = `{${kind}:${name}}/`;
  const blob = ({ codec, bytes, details: ofCodec }: EncodedBytes, details?: JsonObject): BlobInView => {
    const all = { ...ofCodec, ...details };
    return {
      record: Object.freeze({
        codec,
        byteLength: bytes.byteLength,
        checksum: checksumOf(bytes, xxhash!),
        createdAt: clock.now(),
        pinned: true,
        ...(Object.keys(all).length > 0 && { details: all }),
      }),
      bytes,
    };
  };
  return {
    backend,
    name,
    prefix,
    codecs: valueCodecs(backend, codecs),
    clock,
    async transact(body) {
      xxhash ??= await loadXxhash();
      return (backend as CacheBackend & Transactions).transaction(body, { key: prefix });
    },
    blob,
    mark: (details) => blob({ codec: "larder.bytes.1", bytes: noBytes }, details),
  };
}

function checkName(kind: string, name: unknown): asserts name is string {
  const usable = typeof name === "string" && name.length >= 1 && name.length <= 200 && !/[{}]/.test(name);
  if (usable && name.isWellFormed()) return;
  throw new LarderError(
    `The name of a ${kind} must be 1 to 200 characters of well-formed text without braces, and it is ${typeof name === "string" ? `'${name}'` : String(name)}.`,
    { code: "invalid-name", facts: { kind, name: typeof name === "string" ? name : String(name) } },
  );
}
