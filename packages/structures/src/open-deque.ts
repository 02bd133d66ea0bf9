import type { BlobInView, TransactionView } from "@larder/core";
import { deleteKeys } from "./delete-keys.js";
import { wholeNumber } from "./invalid-option.js";
import { blobsIn } from "./key-pages.js";
import { type StructureOptions, structureStore } from "./structure-store.js";
import type { EncodedBytes } from "./value-codecs.js";

/** How a deque is kept. */
export interface DequeOptions extends StructureOptions {
  /** Most values it holds, 1 or more: a push beyond drops values at the other end. Default: no limit. */
  readonly maxLength?: number;
}

/** A durable double-ended queue of values. Every operation is one step, whoever else works on it. */
export interface Deque<Value> {
  /**
   * Appends values in order, the last given becoming the last.
   *
   * @returns the length afterwards
   * @throws LarderError `uncacheable-value`: nothing was pushed
   */
  pushBack(...values: Value[]): Promise<number>;
  /** Puts values before the first, one after the other: the last given becomes the first. Returns and throws alike. */
  pushFront(...values: Value[]): Promise<number>;
  /**
   * Takes the last value away; `undefined` when there is none.
   *
   * @throws LarderError `unknown-codec`, and what a codec throws: nothing was taken
   */
  popBack(): Promise<Value | undefined>;
  /** Takes the first value away; `undefined` when there is none. Throws alike. */
  popFront(): Promise<Value | undefined>;
  /** The last value; `undefined` when there is none. */
  peekBack(): Promise<Value | undefined>;
  /** The first value; `undefined` when there is none. */
  peekFront(): Promise<Value | undefined>;
  /** How many values there are. One that was damaged counts until it is met. */
  length(): Promise<number>;
  /** The values from first to last, or `reverse`. Those pushed or popped meanwhile may or may not be among them. */
  values(options?: { readonly reverse?: boolean }): AsyncIterableIterator<Value>;
  [Symbol.asyncIterator](): AsyncIterableIterator<Value>;
  /** Takes all values away; returns how many there were. */
  clear(): Promise<number>;
}

type End = "front" | "back";

/** The position of a value in an empty deque: as far from either end of the safe integers. */
const middle = 2 ** 52;
const positionDigits = 14;

/**
 * The deque of this name on a backend. A value stands under its position; positions are consecutive whole numbers, so the
 * ends are the first and the last key, and every operation costs as much as looking up a key, however long the deque is.
 *
 * @throws UnsupportedCapabilityError when the backend has no transactions
 * @throws LarderError `invalid-name`, `invalid-option`
 */
export function openDeque<Value = unknown>(options: DequeOptions): Deque<Value> {
  const store = structureStore("deque", options);
  const { prefix, codecs } = store;
  const maxLength = options.maxLength === undefined ? Infinity : wholeNumber("maxLength", options.maxLength, 1);
  const keyAt = (position: number) => prefix + position.toString(16).padStart(positionDigits, "0");
  const positionOf = (key: string) => Number.parseInt(key.slice(prefix.length), 16);

  const endKey = (view: TransactionView, end: End): string | undefined => {
    const [key] = view.keys({ prefix, limit: 1, reverse: end === "back" });
    return key;
  };
  const lengthIn = (view: TransactionView): number => {
    const front = endKey(view, "front");
    return front === undefined ? 0 : positionOf(endKey(view, "back")!) - positionOf(front) + 1;
  };

  async function push(end: End, values: readonly Value[]): Promise<number> {
    const encoded: EncodedBytes[] = [];
    for (const value of values) encoded.push(await codecs.encode(value));
    return store.transact((view) => {
      const step = end === "back" ? 1 : -1;
      const last = endKey(view, end);
      let position = last === undefined ? middle - step : positionOf(last);
      // Of more values than may be kept only the last can stay.
      for (const each of encoded.slice(-maxLength)) {
        position += step;
        view.set(keyAt(position), store.blob(each));
      }
      let length = lengthIn(view);
      for (; length > maxLength; length--) view.delete(endKey(view, end === "back" ? "front" : "back")!);
      return length;
    });
  }

  /** The value at one end, whole and decodable as far as it shows; what is damaged there is forgotten. */
  function blobAtEnd(view: TransactionView, end: End): { key: string; blob: BlobInView } | undefined {
    for (let key = endKey(view, end); key !== undefined; key = endKey(view, end)) {
      const blob = view.get(key);
      if (blob !== undefined) return { key, blob };
      view.delete(key);
    }
    return undefined;
  }

  async function pop(end: End): Promise<Value | undefined> {
    for (;;) {
      const found = await store.transact((view) => {
        const at = blobAtEnd(view, end);
        // Other codecs may wait, or fail: they decode first, and the value goes afterwards.
        if (at === undefined || !codecs.isBuiltIn(at.blob.record.codec)) return at;
        const value = codecs.decodeNow(at.blob) as Value;
        view.delete(at.key);
        return { value };
      });
      if (found === undefined) return undefined;
      if ("value" in found) return found.value;
      const value = (await codecs.decode(found.blob)) as Value;
      const { checksum, createdAt } = found.blob.record;
      const taken = await store.transact((view) => {
        const record = endKey(view, end) === found.key ? view.record(found.key) : undefined;
        return record?.checksum === checksum && record.createdAt === createdAt && view.delete(found.key);
      });
      if (taken) return value;
    }
  }

  async function peek(end: End): Promise<Value | undefined> {
    const found = await store.transact((view) => blobAtEnd(view, end));
    return found === undefined ? undefined : ((await codecs.decode(found.blob)) as Value);
  }

  async function* values({ reverse = false }: { readonly reverse?: boolean } = {}): AsyncGenerator<Value> {
    for await (const { blob } of blobsIn(store, { prefix, reverse })) {
      if (blob !== undefined) yield (await codecs.decode(blob)) as Value;
    }
  }

  return {
    pushBack: (...all) => push("back", all),
    pushFront: (...all) => push("front", all),
    popBack: () => pop("back"),
    popFront: () => pop("front"),
    peekBack: () => peek("back"),
    peekFront: () => peek("front"),
    length: () => store.transact(lengthIn),
    values,
    [Symbol.asyncIterator]: () => values(),
    clear: () => deleteKeys(store, prefix),
  };
}
