import type { TransactionView } from "@larder/core";
import { decodeIndexKey, encodeIndexKey, type IndexKey } from "./index-key.js";
import { type IndexRange, keyRange } from "./index-range.js";
import type { StructureStore } from "./structure-store.js";

/** An index as one transaction sees and changes it: synchronous, and usable only until the body returns. */
export interface IndexView<Value, Key extends IndexKey = string> {
  /** @throws LarderError `asynchronous-codec` when the value's codec works asynchronously */
  get(key: Key): Value | undefined;
  has(key: Key): boolean;
  /** @throws LarderError `uncacheable-value`, `asynchronous-codec` */
  set(key: Key, value: Value): void;
  /** `false` when the key was not there. */
  delete(key: Key): boolean;
  /** Forgets a key and returns what its value was. */
  pop(key: Key): Value | undefined;
  /** Keys in a range, as they are when this is called. */
  keys(range?: IndexRange): Key[];
  /** Entries in a range, as they are when this is called. */
  entries(range?: IndexRange): [Key, Value][];
}

/** A view of the values of an index upon a view of its blobs. */
export function indexView<Value, Key extends IndexKey>(
  { prefix, codecs, blob }: StructureStore,
  view: TransactionView,
): IndexView<Value, Key> {
  const keyOf = (key: Key) => prefix + encodeIndexKey(key);

  const get = (key: Key): Value | undefined => {
    const found = view.get(keyOf(key));
    return found === undefined ? undefined : (codecs.decodeNow(found) as Value);
  };
  const keys = (range?: IndexRange): Key[] =>
    Array.from(view.keys(keyRange(prefix, range)), (key) => decodeIndexKey(key.slice(prefix.length)) as Key);

  return {
    get,
    has: (key) => view.record(keyOf(key)) !== undefined,
    set: (key, value) => view.set(keyOf(key), blob(codecs.encodeNow(value))),
    delete: (key) => view.delete(keyOf(key)),
    pop(key) {
      const value = get(key);
      view.delete(keyOf(key));
      return value;
    },
    keys,
    entries: (range) =>
      keys(range).flatMap((key): [Key, Value][] => {
        const found = view.get(keyOf(key));
        return found === undefined ? [] : [[key, codecs.decodeNow(found) as Value]];
      }),
  };
}
