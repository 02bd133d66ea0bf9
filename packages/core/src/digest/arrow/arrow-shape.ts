import { types } from "node:util";

/*
 * The parts of apache-arrow's objects that digests read. Arrow is recognised by shape, so that this package needs no
 * Arrow and tables of any copy of it are understood.
 */

/** A type: its number, and the parameters that its kind has. */
export interface ArrowType {
  readonly typeId: number;
  readonly children?: readonly ArrowField[] | null;
  readonly [parameter: string]: unknown;
}

export interface ArrowField {
  readonly name: string;
  readonly type: ArrowType;
  readonly nullable: boolean;
  readonly metadata?: ReadonlyMap<string, string> | null;
}

export interface ArrowSchema {
  readonly fields: readonly ArrowField[];
  readonly metadata?: ReadonlyMap<string, string> | null;
}

type ArrowBuffer = Exclude<NodeJS.TypedArray, never>;

/** A run of values in memory. `values` and `valueOffsets` begin at the run, `nullBitmap` and Bool bits at `-offset`. */
export interface ArrowData {
  readonly type: ArrowType;
  readonly length: number;
  readonly offset: number;
  readonly stride: number;
  readonly _nullCount: number;
  readonly nullBitmap?: Uint8Array | null;
  readonly values?: ArrowBuffer | null;
  readonly valueOffsets?: Int32Array | BigInt64Array | null;
  readonly children: readonly ArrowData[];
  readonly dictionary?: ArrowVector | null;
}

export interface ArrowVector {
  readonly type: ArrowType;
  readonly length: number;
  readonly data: readonly ArrowData[];
}

export interface ArrowBatch {
  readonly schema: ArrowSchema;
  readonly data: ArrowData;
}

export interface ArrowTable {
  readonly schema: ArrowSchema;
  readonly batches: readonly ArrowBatch[];
}

/** An object of Arrow's, told apart. */
export type ArrowValue =
  | { readonly kind: "table"; readonly table: ArrowTable }
  | { readonly kind: "batch"; readonly batch: ArrowBatch }
  | { readonly kind: "vector"; readonly vector: ArrowVector };

/**
 * What an object is to Arrow, or `undefined`. Its prototype must say so too, as Arrow's tables, batches and vectors do by
 * being spreadable: data alone never passes for a table.
 */
export function arrowValueOf(value: object): ArrowValue | undefined {
  if (typeof value !== "object" || types.isProxy(value) || !inheritsSpreadable(value)) return undefined;
  const candidate = value as { schema?: unknown; batches?: unknown; data?: unknown; type?: unknown };
  if (isSchema(candidate.schema) && isArrayOf(candidate.batches, isBatch)) {
    return { kind: "table", table: value as ArrowTable };
  }
  if (isBatch(value)) return { kind: "batch", batch: value };
  if (isType(candidate.type) && isArrayOf(candidate.data, isData)) {
    return { kind: "vector", vector: value as unknown as ArrowVector };
  }
  return undefined;
}

function inheritsSpreadable(value: object): boolean {
  let prototype: object | null = Object.getPrototypeOf(value);
  while (prototype !== null && !types.isProxy(prototype)) {
    if (Object.getOwnPropertyDescriptor(prototype, Symbol.isConcatSpreadable)?.value === true) return true;
    prototype = Object.getPrototypeOf(prototype);
  }
  return false;
}

function isArrayOf<T>(value: unknown, is: (element: unknown) => element is T): value is T[] {
  return Array.isArray(value) && value.every(is);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isType(value: unknown): value is ArrowType {
  return isObject(value) && typeof value.typeId === "number";
}

function isField(value: unknown): value is ArrowField {
  return isObject(value) && typeof value.name === "string" && isType(value.type);
}

function isSchema(value: unknown): value is ArrowSchema {
  return isObject(value) && isArrayOf(value.fields, isField);
}

function isData(value: unknown): value is ArrowData {
  return isObject(value) && isType(value.type) && typeof value.length === "number" && Array.isArray(value.children);
}

function isBatch(value: unknown): value is ArrowBatch {
  return isObject(value) && isSchema(value.schema) && isData(value.data);
}
