import { type CacheBackend, LarderError } from "@larder/core";
import { checkedName, type NamedBackend, openNamed, replacements } from "./named-backend.js";
import { warnOnce } from "./warn-once.js";

/** The part of a backend that keeps signatures, as older code has it. */
export type MetaStore = Pick<CacheBackend, "getMeta" | "setMeta">;

/** The part of a backend that keeps bytes, as older code has it. */
export type BlobStore = Pick<CacheBackend, "getBlob" | "setBlob" | "clear">;

/** A backend in two parts, as older code has it. */
export interface Stores {
  readonly metaStore: MetaStore;
  readonly blobStore: BlobStore;
}

/** What older code makes stores with. */
export interface CreateStoresOptions {
  /** Default: `memory`. */
  readonly backend?: NamedBackend;
  /** Of `diskcache`. Default: `.cache/larder`. */
  readonly directory?: string;
}

/** Opens the backend that a store is a part of: the store itself may not know yet what that can do. */
const openers = new WeakMap<object, () => Promise<CacheBackend>>();

/**
 * A backend in two parts, to be given to a runner: `cacheConfig: { enabled: true, ...createStores({ backend: "diskcache" }) }`.
 *
 * @deprecated Give a runner a backend: `cacheConfig: { enabled: true, backend: new DiskCache() }`.
 * @throws LarderError `unknown-backend`; the stores' methods: `package-needed`
 */
export function createStores(options: CreateStoresOptions | NamedBackend = {}): Stores {
  const { backend = "memory", directory }: CreateStoresOptions =
    typeof options === "string" ? { backend: options } : options;
  const name = checkedName(backend);
  warnOnce(
    "LARDER_DEP0002",
    `createStores() is deprecated. Give the runner a backend: cacheConfig: { backend: … } with ${replacements[name]}.`,
  );
  let opened: Promise<CacheBackend> | undefined;
  const open = (): Promise<CacheBackend> => {
    opened ??= openNamed(name, directory);
    return opened;
  };
  const metaStore: MetaStore = {
    getMeta: async (nodeName) => (await open()).getMeta(nodeName),
    setMeta: async (signature) => (await open()).setMeta(signature),
  };
  const blobStore: BlobStore = {
    getBlob: async (key) => (await open()).getBlob(key),
    setBlob: async (key, blob) => (await open()).setBlob(key, blob),
    clear: async () => (await open()).clear(),
  };
  openers.set(metaStore, open);
  openers.set(blobStore, open);
  return { metaStore, blobStore };
}

/**
 * The backend that two stores are parts of.
 *
 * @throws LarderError `invalid-option` unless they are two of one call of {@link createStores}
 */
export async function backendOfStores({ metaStore, blobStore }: Partial<Stores>): Promise<CacheBackend> {
  const open = metaStore === undefined ? undefined : openers.get(metaStore);
  if (open !== undefined && blobStore !== undefined && openers.get(blobStore) === open) return open();
  throw new LarderError(
    "'metaStore' and 'blobStore' must be those of one call of createStores(). Give the runner a backend instead: an object with the methods of both.",
    { code: "invalid-option", facts: { option: "metaStore" } },
  );
}
