/**
 * The parts of Arrow tables this package reads, as shapes: a table made by another copy of `apache-arrow` has them
 * too, though `instanceof` would deny it.
 */
export interface ArrowLikeTable {
  readonly schema: { readonly fields: readonly ArrowLikeField[]; readonly metadata: ReadonlyMap<string, string> };
  readonly batches: readonly ArrowLikeBatch[];
  readonly numRows: number;
}

export interface ArrowLikeBatch {
  readonly numRows: number;
  readonly data: { readonly children: readonly ArrowLikeData[] };
}

export interface ArrowLikeField {
  readonly name: string;
  readonly type: ArrowLikeType;
  readonly nullable: boolean;
  readonly metadata: ReadonlyMap<string, string>;
}

export interface ArrowLikeType {
  readonly typeId: number;
  readonly bitWidth?: number;
  readonly isSigned?: boolean;
  readonly precision?: number;
  readonly scale?: number;
  readonly unit?: number;
  readonly timezone?: string | null;
  readonly byteWidth?: number;
  /** Of a dictionary: the type of its values, and of its indices. */
  readonly dictionary?: ArrowLikeType;
  readonly indices?: ArrowLikeType;
  readonly isOrdered?: boolean;
  /** Of a list its element, of a struct its fields, of a map the struct of its entries. */
  readonly children?: readonly ArrowLikeField[] | null;
  readonly listSize?: number;
  readonly keysSorted?: boolean;
}

/**
 * One chunk of a column. `values` and `valueOffsets` begin at row 0, bitmaps at bit `offset`; the children of a struct and
 * of a list of fixed size begin at row 0 as well, those of other lists where `valueOffsets` says.
 */
export interface ArrowLikeData {
  readonly type: ArrowLikeType;
  readonly length: number;
  readonly offset: number;
  readonly nullCount: number;
  readonly values?: ArrayBufferView;
  readonly valueOffsets?: Int32Array | BigInt64Array;
  readonly nullBitmap?: Uint8Array;
  readonly dictionary?: ArrowLikeVector;
  readonly children?: readonly ArrowLikeData[];
}

export interface ArrowLikeVector {
  readonly length: number;
  readonly data: readonly ArrowLikeData[];
}

/** Arrow's numbers for its types, the same in every version. */
export const ArrowTypeId = {
  Null: 1,
  Int: 2,
  Float: 3,
  Binary: 4,
  Utf8: 5,
  Bool: 6,
  Decimal: 7,
  Date: 8,
  Time: 9,
  Timestamp: 10,
  List: 12,
  Struct: 13,
  FixedSizeBinary: 15,
  FixedSizeList: 16,
  Map: 17,
  Duration: 18,
  LargeBinary: 19,
  LargeUtf8: 20,
  LargeList: 21,
  Dictionary: -1,
} as const;

/** Whether a value has the shape of an Arrow table. */
export function isArrowLikeTable(value: unknown): value is ArrowLikeTable {
  if (typeof value !== "object" || value === null) return false;
  const table = value as Partial<ArrowLikeTable>;
  return (
    Array.isArray(table.batches) &&
    typeof table.numRows === "number" &&
    Array.isArray(table.schema?.fields) &&
    table.schema.metadata instanceof Map &&
    table.schema.fields.every((field) => typeof field?.type?.typeId === "number" && typeof field.name === "string")
  );
}
