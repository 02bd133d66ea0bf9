import { deserializeTCompactProtocol } from "hyparquet/src/thrift.js";

/** What a Parquet file says of one column chunk, read by hyparquet's Thrift reader alone: no value is converted. */
export interface WrittenChunk {
  readonly path: string;
  readonly rows: number;
  readonly codec: number;
  readonly encodings: readonly number[];
  readonly statistics: WrittenStatistics;
  readonly pages: readonly WrittenPage[];
  readonly columnIndex?: WrittenColumnIndex;
  /** Header and bitset. */
  readonly bloomFilter?: Uint8Array;
}

export interface WrittenStatistics {
  readonly nullCount: number;
  readonly min?: Uint8Array;
  readonly max?: Uint8Array;
  readonly minIsExact?: boolean;
  readonly maxIsExact?: boolean;
}

export interface WrittenPage {
  readonly offset: number;
  /** With its header. */
  readonly byteLength: number;
  readonly firstRow: number;
  readonly rows: number;
  readonly isCompressed: boolean;
  readonly uncompressedBytes: number;
  readonly compressedBytes: number;
  /** Of text and bytes, as the offset index says. */
  readonly valueBytes?: number;
}

export interface WrittenColumnIndex {
  readonly nullPages: readonly boolean[];
  readonly minValues: readonly Uint8Array[];
  readonly maxValues: readonly Uint8Array[];
  /** 0 unordered, 1 ascending, 2 descending. */
  readonly boundaryOrder: number;
  readonly nullCounts: readonly number[];
}

/** An element of the schema; the first is the root. */
export interface WrittenElement {
  readonly name: string;
  /** 0 required, 1 optional, 2 repeated. */
  readonly repetition: number | undefined;
  readonly hasLogicalType: boolean;
}

export interface WrittenFile {
  readonly rows: number;
  readonly metadata: ReadonlyMap<string, string>;
  /** Whether the footer says for each leaf that its bounds are in the order of its type. */
  readonly columnOrders: number;
  readonly elements: readonly WrittenElement[];
  /** By row group, then by leaf. */
  readonly rowGroups: readonly (readonly WrittenChunk[])[];
}

type Fields = Record<string, never> & { [key: `field_${number}`]: unknown };

/** Describes a Parquet file. */
export function writtenFile(file: Uint8Array): WrittenFile {
  const length = viewOf(file).getUint32(file.byteLength - 8, true);
  const footer = thriftAt(file, file.byteLength - 8 - length);
  return {
    rows: Number(footer.field_3),
    metadata: new Map(
      ((footer.field_5 as Fields[]) ?? []).map(({ field_1, field_2 }) => [textOf(field_1), textOf(field_2)]),
    ),
    columnOrders: ((footer.field_7 as Fields[]) ?? []).filter((order) => order.field_1 !== undefined).length,
    elements: (footer.field_2 as Fields[]).map((element) => ({
      name: textOf(element.field_4),
      repetition: element.field_3 as number | undefined,
      hasLogicalType: element.field_10 !== undefined,
    })),
    rowGroups: ((footer.field_4 as Fields[]) ?? []).map((group) =>
      (group.field_1 as Fields[]).map((chunk) => chunkOf(file, chunk, Number(group.field_3))),
    ),
  };
}

function chunkOf(file: Uint8Array, chunk: Fields, rows: number): WrittenChunk {
  const metadata = chunk.field_3 as Fields;
  const statistics = (metadata.field_12 ?? {}) as Fields;
  const offsetIndex = thriftAt(file, Number(chunk.field_4));
  const locations = offsetIndex.field_1 as Fields[];
  const valueBytes = offsetIndex.field_2 as bigint[] | undefined;
  const pages = locations.map(({ field_1, field_2, field_3 }, i): WrittenPage => {
    const next = locations[i + 1];
    const header = thriftAt(file, Number(field_1));
    const v2 = header.field_8 as Fields;
    return {
      offset: Number(field_1),
      byteLength: field_2 as number,
      firstRow: Number(field_3),
      rows: (next ? Number(next.field_3) : rows) - Number(field_3),
      isCompressed: v2.field_7 !== false,
      uncompressedBytes: header.field_2 as number,
      compressedBytes: header.field_3 as number,
      ...(valueBytes && { valueBytes: Number(valueBytes[i]) }),
    };
  });
  const bloomStart = metadata.field_14 === undefined ? undefined : Number(metadata.field_14);
  return {
    path: (metadata.field_3 as Uint8Array[]).map(textOf).join("."),
    rows,
    codec: metadata.field_4 as number,
    encodings: metadata.field_2 as number[],
    statistics: {
      nullCount: Number(statistics.field_3),
      ...(statistics.field_6 !== undefined && {
        min: statistics.field_6 as Uint8Array,
        max: statistics.field_5 as Uint8Array,
        maxIsExact: statistics.field_7 as boolean,
        minIsExact: statistics.field_8 as boolean,
      }),
    },
    pages,
    ...(chunk.field_6 !== undefined && { columnIndex: indexAt(file, Number(chunk.field_6)) }),
    ...(bloomStart !== undefined && {
      bloomFilter: file.subarray(bloomStart, bloomStart + (metadata.field_15 as number)),
    }),
  };
}

function indexAt(file: Uint8Array, offset: number): WrittenColumnIndex {
  const index = thriftAt(file, offset);
  return {
    nullPages: index.field_1 as boolean[],
    minValues: index.field_2 as Uint8Array[],
    maxValues: index.field_3 as Uint8Array[],
    boundaryOrder: index.field_4 as number,
    nullCounts: (index.field_5 as bigint[]).map(Number),
  };
}

function thriftAt(file: Uint8Array, offset: number): Fields {
  return deserializeTCompactProtocol({ view: viewOf(file), offset }) as Fields;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function textOf(bytes: unknown): string {
  return bytes === undefined ? "" : Buffer.from(bytes as Uint8Array).toString("utf8");
}
