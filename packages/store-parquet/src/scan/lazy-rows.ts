import { inspect } from "node:util";
import type { RecordBatch } from "apache-arrow";
import type { Arrow } from "../arrow/load-arrow.js";
import { breathe, isTimeToBreathe } from "../format/breathe.js";
import { type ValueReader, valueReader } from "./value-reader.js";

/** A row as a plain object to whoever looks at it. */
export type RowObject = Record<string, unknown>;

/** Rows made between two looks at the clock. */
const stretch = 4096;

/**
 * One object for each row of a batch, put into `rows` from `at` on. A value is made when it is looked at, each time anew; of a dictionary,
 * each entry once. The first change to a row makes all of its values and keeps them, so that a row is as good as any object.
 * The objects keep the batch in memory.
 */
export async function fillLazyRows(rows: RowObject[], at: number, batch: RecordBatch, arrow: Arrow): Promise<void> {
  const readers = new Map<string, ValueReader>();
  batch.schema.fields.forEach((field, i) => {
    readers.set(field.name, valueReader(arrow, field.name, batch.data.children[i]!));
  });
  const handler = rowHandler(readers);
  for (let row = 0; row < batch.numRows; row++) {
    if (row % stretch === 0 && isTimeToBreathe()) await breathe();
    rows[at + row] = new Proxy(new LazyRow(row), handler) as unknown as RowObject;
  }
}

/** What stands behind a row. Once it has its values itself, they are its properties, and it is an ordinary object. */
class LazyRow {
  /** -1 when the values are its own. */
  #row: number;

  constructor(row: number) {
    this.#row = row;
  }

  static rowOf(target: LazyRow): number {
    return target.#row;
  }

  static settle(target: LazyRow, readers: ReadonlyMap<string, ValueReader>): void {
    const row = target.#row;
    if (row < 0) return;
    const values = [...readers].map(([name, read]) => [name, read(row)] as const);
    for (const [name, value] of values) {
      Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
    }
    Object.setPrototypeOf(target, Object.prototype);
    target.#row = -1;
  }

  /** `util.inspect` looks behind a proxy; `this` is the proxy all the same. What can't be shown is said in its place. */
  [inspect.custom](): RowObject {
    const row = this as unknown as RowObject;
    return Object.fromEntries(
      (Reflect.ownKeys(row) as string[]).map((name) => {
        try {
          return [name, row[name]];
        } catch (error) {
          return [name, error];
        }
      }),
    );
  }
}

function rowHandler(readers: ReadonlyMap<string, ValueReader>): ProxyHandler<LazyRow> {
  const names = [...readers.keys()];
  const { rowOf } = LazyRow;
  const settle = (target: LazyRow): LazyRow => {
    LazyRow.settle(target, readers);
    return target;
  };
  return {
    get(target, key, receiver) {
      const row = rowOf(target);
      if (row < 0) return Reflect.get(target, key, receiver);
      const read = readers.get(key as string);
      return read ? read(row) : Reflect.get(Object.prototype, key, receiver);
    },
    has(target, key) {
      if (rowOf(target) < 0) return Reflect.has(target, key);
      return readers.has(key as string) || Reflect.has(Object.prototype, key);
    },
    ownKeys: (target) => (rowOf(target) < 0 ? Reflect.ownKeys(target) : names),
    getOwnPropertyDescriptor(target, key) {
      const row = rowOf(target);
      if (row < 0) return Reflect.getOwnPropertyDescriptor(target, key);
      const read = readers.get(key as string);
      return read && { value: read(row), writable: true, enumerable: true, configurable: true };
    },
    getPrototypeOf: (target) => (rowOf(target) < 0 ? Reflect.getPrototypeOf(target) : Object.prototype),
    set: (target, key, value, receiver) => Reflect.set(settle(target), key, value, receiver),
    defineProperty: (target, key, descriptor) => Reflect.defineProperty(settle(target), key, descriptor),
    deleteProperty: (target, key) => Reflect.deleteProperty(settle(target), key),
    preventExtensions: (target) => Reflect.preventExtensions(settle(target)),
    setPrototypeOf: (target, prototype) => Reflect.setPrototypeOf(settle(target), prototype),
  };
}
