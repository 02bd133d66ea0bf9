import type { Schema } from "apache-arrow";
import { type ArrowLikeField, type ArrowLikeType, ArrowTypeId } from "./arrow-like.js";
import { type FlatTable, flatTable } from "./flat-table.js";
import type { Arrow } from "./load-arrow.js";

/** Key of the file metadata under which Arrow libraries keep the Arrow schema, so that types Parquet lacks survive. */
export const arrowSchemaKey = "ARROW:schema";

/** An Arrow schema as the entry states it. */
export interface StatedSchema {
  readonly fields: readonly ArrowLikeField[];
  readonly metadata: Map<string, string>;
}

/**
 * The value under `ARROW:schema`: an Arrow IPC schema message in base64, as Arrow C++ writes it.
 *
 * Source: https://arrow.apache.org/docs/format/Columnar.html#encapsulated-message-format
 */
export function encodeArrowSchema(arrow: Arrow, schema: Schema): string {
  const stream = arrow.tableToIPC(new arrow.Table(schema), "stream");
  // A stream begins with the schema message: a marker, the length of what follows, the message.
  const length = new DataView(stream.buffer, stream.byteOffset).getInt32(4, true);
  return Buffer.from(stream.buffer, stream.byteOffset, 8 + length).toString("base64");
}

/**
 * The schema under `ARROW:schema`, or `undefined` when it can't be read: then the Parquet types speak for themselves.
 * Read here, with every bound checked, and not by apache-arrow, which never ends on some damaged messages.
 *
 * Source: https://github.com/apache/arrow/blob/main/format/Schema.fbs (numbers of fields and defaults)
 */
export function decodeArrowSchema(value: string): StatedSchema | undefined {
  try {
    const message = Buffer.from(value, "base64");
    // Before Arrow 0.15 there was no marker.
    const start = message.readInt32LE(0) === -1 ? 8 : 4;
    const schema = flatTable(message.subarray(start)).table(2);
    // Fields may point at the same bytes over and over, and so be more than any memory holds.
    const budget = { fields: message.byteLength >>> 3 };
    const fields = schema?.tables(1).map((field) => statedField(field, budget, 0));
    return fields && { fields, metadata: statedMetadata(schema!.tables(2)) };
  } catch {
    return undefined;
  }
}

/** Deeper than any type this package keeps. */
export const mostDepth = 128;

function statedField(field: FlatTable, budget: { fields: number }, depth: number): ArrowLikeField {
  if (--budget.fields < 0 || depth > mostDepth)
    throw new RangeError("The schema has more fields than it has room for.");
  const children = field.tables(5).map((child) => statedField(child, budget, depth + 1));
  const ownType = statedType(field.uint8(2, 0), field.table(3));
  const valueType = children.length === 0 ? ownType : { ...ownType, children };
  const encoding = field.table(4);
  const type = encoding ? statedDictionary(encoding, valueType) : valueType;
  return {
    name: field.text(0) ?? "",
    type,
    nullable: field.uint8(1, 0) === 1,
    metadata: statedMetadata(field.tables(6)),
  };
}

function statedDictionary(encoding: FlatTable, dictionary: ArrowLikeType): ArrowLikeType {
  const stated = encoding.table(1);
  const indices = stated
    ? statedType(ArrowTypeId.Int, stated)
    : { typeId: ArrowTypeId.Int, bitWidth: 32, isSigned: true };
  return { typeId: ArrowTypeId.Dictionary, dictionary, indices, isOrdered: encoding.uint8(2, 0) === 1 };
}

function statedType(typeId: number, type: FlatTable | undefined): ArrowLikeType {
  if (!type) return { typeId };
  switch (typeId) {
    case ArrowTypeId.Int:
      return { typeId, bitWidth: type.int32(0, 0), isSigned: type.uint8(1, 0) === 1 };
    case ArrowTypeId.Float:
      return { typeId, precision: type.int16(0, 0) };
    case ArrowTypeId.Decimal:
      return { typeId, precision: type.int32(0, 0), scale: type.int32(1, 0), bitWidth: type.int32(2, 128) };
    case ArrowTypeId.Date:
    case ArrowTypeId.Duration:
      return { typeId, unit: type.int16(0, 1) };
    case ArrowTypeId.Time:
      return { typeId, unit: type.int16(0, 1), bitWidth: type.int32(1, 32) };
    case ArrowTypeId.Timestamp:
      return { typeId, unit: type.int16(0, 0), timezone: type.text(1) ?? null };
    case ArrowTypeId.FixedSizeBinary:
      return { typeId, byteWidth: type.int32(0, 0) };
    case ArrowTypeId.FixedSizeList:
      return { typeId, listSize: type.int32(0, 0) };
    case ArrowTypeId.Map:
      return { typeId, keysSorted: type.uint8(0, 0) === 1 };
    default:
      return { typeId };
  }
}

function statedMetadata(entries: readonly FlatTable[]): Map<string, string> {
  return new Map(entries.map((entry) => [entry.text(0) ?? "", entry.text(1) ?? ""]));
}
