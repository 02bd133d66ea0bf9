import type { Data, DataType, Dictionary, Field, RecordBatch, Schema, Table, Vector } from "apache-arrow";
import { createSlabs, type Slabs } from "./slabs.js";

/** The library, which is loaded when the first table is sent. */
export type Arrow = typeof import("apache-arrow");

/** A run of values, its buffers by number. */
interface WireData {
  readonly length: number;
  readonly offset: number;
  readonly nullCount: number;
  /** In Arrow's order: offsets, values, validity, type ids; -1 where there is none. */
  readonly buffers: readonly number[];
  readonly variadic: readonly number[];
  readonly children: readonly WireData[];
  /** Its number, where it has one. */
  readonly dictionary: number;
}

/** A table in pieces that cross to another thread as they are. */
export interface WireTable {
  /** An Arrow IPC stream without batches. */
  readonly schema: Uint8Array;
  readonly batches: readonly { readonly data: WireData; readonly metadata: ReadonlyMap<string, string> }[];
  readonly dictionaries: readonly (readonly WireData[])[];
  readonly views: readonly NodeJS.TypedArray[];
}

/**
 * Takes a table apart. Its buffers are copied, once each: into shared memory, or into memory that is handed over by listing
 * `blocks` as transferred.
 */
export function takeApart(
  table: Table,
  arrow: Arrow,
  memory: "shared" | "own",
): { readonly wire: WireTable; readonly blocks: readonly ArrayBufferLike[] } {
  const slabs = createSlabs(memory);
  const dictionaries: WireData[][] = [];
  const numbers = new Map<Vector, number>();
  const numberOf = (dictionary: Vector): number => {
    let number = numbers.get(dictionary);
    if (number === undefined) {
      const pieces = dictionary.data.map((piece) => wireData(piece as Data, slabs, numberOf));
      // Dictionaries within it come before it, so that they can be put together in order.
      number = dictionaries.push(pieces) - 1;
      numbers.set(dictionary, number);
    }
    return number;
  };
  const batches = table.batches.map((batch) => ({
    data: wireData(batch.data as Data, slabs, numberOf),
    metadata: batch.metadata ?? new Map<string, string>(),
  }));
  const schema = arrow.tableToIPC(new arrow.Table(table.schema), "stream");
  const { views, blocks } = slabs.finish();
  return { wire: { schema, batches, dictionaries, views }, blocks };
}

function wireData(data: Data, slabs: Slabs, numberOf: (dictionary: Vector) => number): WireData {
  const add = (view: unknown): number => (ArrayBuffer.isView(view) ? slabs.add(view as NodeJS.TypedArray) : -1);
  return {
    length: data.length,
    offset: data.offset,
    nullCount: data.nullCount,
    buffers: [data.valueOffsets, data.values, data.nullBitmap, data.typeIds].map(add),
    variadic: (data.variadicBuffers ?? []).map(add),
    children: (data.children ?? []).map((child) => wireData(child, slabs, numberOf)),
    dictionary: !data.dictionary ? -1 : numberOf(data.dictionary),
  };
}

/** Puts a table together, over the memory it was sent in. */
export function putTogether(wire: WireTable, arrow: Arrow): Table {
  const { schema } = arrow.RecordBatchReader.from(wire.schema).open() as { readonly schema: Schema };
  const dictionaries = new Map<number, Vector>();
  const build = (data: WireData, type: DataType): Data => {
    const [valueOffsets, values, nullBitmap, typeIds] = data.buffers.map((number) => wire.views[number]);
    const inner = type as Dictionary;
    return new arrow.Data(
      type,
      data.offset,
      data.length,
      data.nullCount,
      // By their numbers in Arrow's BufferType.
      { 0: valueOffsets, 1: values, 2: nullBitmap, 3: typeIds } as Data["buffers"],
      data.children.map((child, index) => build(child, childType(type, index))),
      data.dictionary < 0 ? undefined : dictionaryOf(data.dictionary, inner.dictionary),
      data.variadic.map((number) => wire.views[number] as Uint8Array),
    );
  };
  const dictionaryOf = (number: number, type: DataType): Vector => {
    let vector = dictionaries.get(number);
    if (vector === undefined) {
      vector = new arrow.Vector(wire.dictionaries[number]!.map((piece) => build(piece, type)));
      dictionaries.set(number, vector);
    }
    return vector;
  };
  const row = new arrow.Struct(schema.fields);
  const batches = wire.batches.map(
    ({ data, metadata }) => new arrow.RecordBatch(schema, build(data, row) as RecordBatch["data"], new Map(metadata)),
  );
  return new arrow.Table(schema, batches);
}

/** The type of a child: of a list its items', of a struct or union that of the field. */
function childType(type: DataType, index: number): DataType {
  return (type.children as readonly Field[])[index]!.type;
}
