import * as arrow from "apache-arrow";
import fc from "fast-check";
import { keptTypes, makeChunk, seededRandom } from "./random-table.js";

/** A type made of others: the name of a kept type, or what it is made of. */
export type NestedType =
  | string
  | { readonly kind: "list" | "largeList"; readonly element: NestedField }
  | { readonly kind: "fixedSizeList"; readonly size: number; readonly element: NestedField }
  | { readonly kind: "struct"; readonly fields: readonly NestedField[] }
  | { readonly kind: "map"; readonly keysSorted: boolean; readonly key: NestedField; readonly value: NestedField };

export interface NestedField {
  readonly name: string;
  readonly type: NestedType;
  /** The share of nulls; a field without is declared not nullable. */
  readonly nulls: number;
}

/** What a random table of nested columns is made from; the same recipe makes the same table. */
export interface NestedRecipe {
  readonly columns: readonly NestedField[];
  /** Rows of each batch. */
  readonly batches: readonly number[];
  /** Rows cut away at either end. */
  readonly cut: readonly [number, number];
  readonly seed: number;
}

const nullShare = fc.constantFrom(0, 0, 0.1, 0.4, 1);
const fieldName = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 4 }),
  fc.constantFrom("__proto__", "a.b", "", "list", "array"),
);

/** Fields of any kept type, nested up to `depth` times. */
export function nestedFields(
  depth: number,
  leaves: readonly string[] = Object.keys(keptTypes),
): fc.Arbitrary<NestedField> {
  const leaf: fc.Arbitrary<NestedType> = fc.constantFrom(...leaves);
  if (depth === 0) return fc.record({ name: fieldName, type: leaf, nulls: nullShare });
  const inner = nestedFields(depth - 1, leaves);
  const nested: fc.Arbitrary<NestedType> = fc.oneof(
    fc.record({ kind: fc.constantFrom("list" as const, "list" as const, "largeList" as const), element: inner }),
    fc.record({ kind: fc.constant("fixedSizeList" as const), size: fc.constantFrom(0, 1, 2, 3), element: inner }),
    fc.record({
      kind: fc.constant("struct" as const),
      fields: fc.uniqueArray(inner, { minLength: 1, maxLength: 3, selector: (field) => field.name }),
    }),
    fc.record({
      kind: fc.constant("map" as const),
      keysSorted: fc.boolean(),
      // No key is null.
      key: inner.map((key) => ({ ...key, nulls: 0, type: key.type === "null" ? "int32" : key.type })),
      value: inner,
    }),
  );
  const type = fc.oneof({ weight: 1, arbitrary: leaf }, { weight: depth, arbitrary: nested });
  return fc.record({ name: fieldName, type, nulls: nullShare });
}

/** Recipes of small tables with nested columns. */
export const nestedRecipes: fc.Arbitrary<NestedRecipe> = fc.record({
  columns: fc.uniqueArray(nestedFields(4), { minLength: 1, maxLength: 3, selector: (column) => column.name }),
  batches: fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 4 }),
  cut: fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })),
  seed: fc.integer(),
});

/** Makes the table of a recipe. What lies below nulls, and between lists, is not empty but random. */
export function makeNestedTable({ columns, batches, cut, seed }: NestedRecipe): arrow.Table {
  const random = seededRandom(seed);
  const fields = columns.map((column) => fieldOf(column));
  const schema = new arrow.Schema(fields, new Map([["origin", "nested test"]]));
  const dictionaries = new Map<arrow.DataType, arrow.Vector>();
  const made = batches.map((rows) => {
    const children = columns.map((column, i) => makeNested(column, fields[i]!.type, rows, random, dictionaries));
    const data = arrow.makeData({ type: new arrow.Struct(fields), length: rows, nullCount: 0, children });
    return new arrow.RecordBatch(schema, data);
  });
  const table = made.length === 0 ? new arrow.Table(schema) : new arrow.Table(schema, made);
  const [head, tail] = cut;
  return head + tail === 0 || table.numRows <= head + tail ? table : table.slice(head, table.numRows - tail);
}

/** The Arrow field of a described one, with metadata. */
export function fieldOf({ name, type, nulls }: NestedField): arrow.Field {
  return new arrow.Field(name, typeOf(type), nulls > 0 || type === "null", new Map([["note", `ż ${name}`]]));
}

function typeOf(type: NestedType): arrow.DataType {
  if (typeof type === "string") return keptTypes[type]!();
  switch (type.kind) {
    case "list":
      return new arrow.List(fieldOf(type.element));
    case "largeList":
      return new arrow.LargeList(fieldOf(type.element));
    case "fixedSizeList":
      return new arrow.FixedSizeList(type.size, fieldOf(type.element));
    case "struct":
      return new arrow.Struct(type.fields.map(fieldOf));
    case "map": {
      const entries = new arrow.Struct([
        fieldOf({ ...type.key, name: "key" }),
        fieldOf({ ...type.value, name: "value" }),
      ]);
      const metadata = new Map([["note", "entries"]]);
      return new arrow.Map_(new arrow.Field("entries", entries, false, metadata) as never, type.keysSorted);
    }
  }
}

type Dictionaries = Map<arrow.DataType, arrow.Vector>;

function makeNested(
  { type, nulls }: NestedField,
  arrowType: arrow.DataType,
  rows: number,
  random: () => number,
  dictionaries: Dictionaries,
): arrow.Data {
  // Chunks may begin anywhere in their memory.
  const before = random() < 0.3 ? Math.floor(random() * 11) : 0;
  const made = makeWhole(type, nulls, arrowType, rows + before, random, dictionaries);
  return before === 0 ? made : made.slice(before, rows);
}

function makeWhole(
  type: NestedType,
  nulls: number,
  arrowType: arrow.DataType,
  rows: number,
  random: () => number,
  dictionaries: Dictionaries,
): arrow.Data {
  if (typeof type === "string") return makeLeaf(arrowType, rows, nulls, random, dictionaries);
  const nullBitmap = nulls > 0 ? bitmap(rows, 1 - nulls, random) : null;
  const common = { type: arrowType as never, length: rows, nullBitmap };
  const below = (arrowType as arrow.Struct).children.map((field) => field.type);
  const child = (field: NestedField, fieldType: arrow.DataType, length: number): arrow.Data =>
    makeNested(field, fieldType, length, random, dictionaries);
  switch (type.kind) {
    case "struct":
      return arrow.makeData({
        ...common,
        children: type.fields.map((field, i) => child(field, below[i]!, rows)),
      } as never);
    case "fixedSizeList":
      return arrow.makeData({ ...common, child: child(type.element, below[0]!, rows * type.size) } as never);
    case "list":
    case "largeList": {
      const offsets = someOffsets(rows, random);
      const valueOffsets = type.kind === "list" ? offsets : BigInt64Array.from(offsets, BigInt);
      const elements = child(type.element, below[0]!, offsets.at(-1)! + Math.floor(random() * 3));
      return arrow.makeData({ ...common, valueOffsets, child: elements } as never);
    }
    case "map": {
      const valueOffsets = someOffsets(rows, random);
      const length = valueOffsets.at(-1)!;
      const [key, value] = (below[0] as arrow.Struct).children.map((field) => field.type);
      const children = [child(type.key, key!, length), child(type.value, value!, length)];
      const entries = arrow.makeData({ type: below[0] as arrow.Struct, length, nullCount: 0, children });
      return arrow.makeData({ ...common, valueOffsets, child: entries } as never);
    }
  }
}

function makeLeaf(
  type: arrow.DataType,
  rows: number,
  nulls: number,
  random: () => number,
  dictionaries: Dictionaries,
): arrow.Data {
  if (type.typeId !== -1) return makeChunk(type, rows, nulls, random, undefined);
  // Batches share a dictionary, or have their own.
  let dictionary = random() < 0.6 ? dictionaries.get(type) : undefined;
  if (!dictionary) {
    const entryType = (type as arrow.Dictionary).dictionary;
    const entries = makeChunk(
      entryType,
      1 + Math.floor(random() * 20),
      random() < 0.3 && nulls > 0 ? 0.2 : 0,
      random,
      undefined,
    );
    dictionary = new arrow.Vector([entries]);
    dictionaries.set(type, dictionary);
  }
  return makeChunk(type, rows, nulls, random, dictionary);
}

/** Lists of 0 to 3 elements, now and then more; the first need not begin at 0. */
function someOffsets(rows: number, random: () => number): Int32Array {
  const offsets = new Int32Array(rows + 1);
  offsets[0] = random() < 0.2 ? Math.floor(random() * 4) : 0;
  for (let i = 0; i < rows; i++) {
    const length = random() < 0.3 ? 0 : Math.floor(random() * (random() < 0.05 ? 12 : 4));
    offsets[i + 1] = offsets[i]! + length;
  }
  return offsets;
}

function bitmap(length: number, share: number, random: () => number): Uint8Array {
  const bits = new Uint8Array((length + 7) >> 3);
  for (let i = 0; i < length; i++) if (random() < share) bits[i >> 3]! |= 1 << (i & 7);
  return bits;
}
