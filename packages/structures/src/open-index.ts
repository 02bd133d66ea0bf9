import { deleteKeys } from "./delete-keys.js";
import { decodeIndexKey, encodeIndexKey, type IndexKey } from "./index-key.js";
import { type IndexRange, keyRange } from "./index-range.js";
import { type IndexView, indexView } from "./index-view.js";
import { blobsIn, countKeys, keysIn } from "./key-pages.js";
import { readBlob } from "./read-blob.js";
import { type StructureOptions, structureStore } from "./structure-store.js";

/**
 * A durable map in the order of its keys: numbers, then bigints, then strings by their UTF-8 bytes. Every method throws
 * LarderError `invalid-key` for what is no key.
 */
export interface Index<Value, Key extends IndexKey = string> {
  /** The value of a key; `undefined` when there is none, or it was damaged. Takes no lock. */
  get(key: Key): Promise<Value | undefined>;
  has(key: Key): Promise<boolean>;
  /** @throws LarderError `uncacheable-value` */
  set(key: Key, value: Value): Promise<void>;
  /** Forgets a key; `false` when it was not there. */
  delete(key: Key): Promise<boolean>;
  /**
   * Forgets a key and returns what its value was, as one step.
   *
   * @throws LarderError `asynchronous-codec` when the value's codec works asynchronously: nothing was taken
   */
  pop(key: Key): Promise<Value | undefined>;
  /** The first entry, in order. */
  first(): Promise<[Key, Value] | undefined>;
  /** The last entry. */
  last(): Promise<[Key, Value] | undefined>;
  /** Entries in a range. Those set or deleted meanwhile may or may not be among them. */
  entries(range?: IndexRange): AsyncIterableIterator<[Key, Value]>;
  /** Keys in a range, alike. */
  keys(range?: IndexRange): AsyncIterableIterator<Key>;
  [Symbol.asyncIterator](): AsyncIterableIterator<[Key, Value]>;
  /** How many keys there are: they are counted, at some hundred thousand a second. */
  size(): Promise<number>;
  /** Forgets all keys; returns how many there were. */
  clear(): Promise<number>;
  /**
   * Runs `body` while nobody else writes: its changes are made together when it returns, and none when it throws. It must be
   * synchronous, quick and free of other effects, for it may run more than once.
   *
   * @returns what `body` returned
   * @throws what `body` throws
   */
  transaction<Result>(body: (view: IndexView<Value, Key>) => Result): Promise<Result>;
}

/**
 * The index of this name on a backend.
 *
 * @throws UnsupportedCapabilityError when the backend has no transactions
 * @throws LarderError `invalid-name`
 */
export function openIndex<Value = unknown, Key extends IndexKey = string>(
  options: StructureOptions,
): Index<Value, Key> {
  const store = structureStore("index", options);
  const { prefix, codecs, backend } = store;
  const keyOf = (key: Key) => prefix + encodeIndexKey(key);
  const ofKey = (key: string) => decodeIndexKey(key.slice(prefix.length)) as Key;

  async function* entries(range?: IndexRange): AsyncGenerator<[Key, Value]> {
    for await (const { key, blob } of blobsIn(store, keyRange(prefix, range))) {
      if (blob !== undefined) yield [ofKey(key), (await codecs.decode(blob)) as Value];
    }
  }
  async function* keys(range?: IndexRange): AsyncGenerator<Key> {
    for await (const key of keysIn(store, keyRange(prefix, range))) yield ofKey(key);
  }
  async function end(reverse: boolean): Promise<[Key, Value] | undefined> {
    for await (const entry of entries({ reverse, limit: 1 })) return entry;
    // The one at the end was damaged: look further in.
    for await (const entry of entries({ reverse })) return entry;
    return undefined;
  }
  async function transaction<Result>(body: (view: IndexView<Value, Key>) => Result): Promise<Result> {
    return store.transact((view) => body(indexView(store, view)));
  }

  return {
    async get(key) {
      const blob = await readBlob(backend, keyOf(key));
      return blob === undefined ? undefined : ((await codecs.decode(blob)) as Value);
    },
    async has(key) {
      const stored = await backend.getBlob(keyOf(key));
      await stored?.close?.();
      return stored !== undefined;
    },
    async set(key, value) {
      const place = keyOf(key);
      const encoded = await codecs.encode(value);
      await store.transact((view) => view.set(place, store.blob(encoded)));
    },
    async delete(key) {
      const place = keyOf(key);
      return store.transact((view) => view.delete(place));
    },
    pop: (key) => transaction((view) => view.pop(key)),
    first: () => end(false),
    last: () => end(true),
    entries,
    keys,
    [Symbol.asyncIterator]: () => entries(),
    size: () => countKeys(store, { prefix }),
    clear: () => deleteKeys(store, prefix),
    transaction,
  };
}
