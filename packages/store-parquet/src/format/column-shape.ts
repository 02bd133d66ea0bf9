/**
 * How the values of a column are made up of its leaves. Levels are those of the Dremel encoding that Parquet uses: the
 * definition level of an entry says how far down its path something is there, the repetition level which list it goes on.
 *
 * Source: https://parquet.apache.org/docs/file-format/nestedencoding/
 */
export type ColumnShape = LeafShape | StructShape | ListShape;

/** Plain values. */
export interface LeafShape {
  readonly kind: "leaf";
  /** Its place among the leaves of the column. */
  readonly leaf: number;
  /** The definition level at which a value is there. */
  readonly definition: number;
}

/** Fields side by side. */
export interface StructShape {
  readonly kind: "struct";
  /** The definition level at which the struct is there. */
  readonly definition: number;
  /** At least one. */
  readonly fields: readonly ColumnShape[];
}

/** Elements one after the other: lists of any kind, and maps, whose elements are structs of key and value. */
export interface ListShape {
  readonly kind: "list";
  /** The definition level at which the list is there, though it may be empty. */
  readonly definition: number;
  /** The definition level at which it has an element. */
  readonly elementDefinition: number;
  /** The repetition level of every element but the first. */
  readonly repetition: number;
  readonly element: ColumnShape;
}
