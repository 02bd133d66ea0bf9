import type { ArrowField, ArrowSchema, ArrowType } from "./arrow-shape.js";

/** Arrow's numbers of types, as in its format (`Schema.fbs`); a dictionary is -1 in apache-arrow. */
export const typeId = {
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  interval: 11,
  list: 12,
  struct: 13,
  fixedSizeBinary: 15,
  fixedSizeList: 16,
  map: 17,
  duration: 18,
  largeBinary: 19,
  largeUtf8: 20,
  largeList: 21,
  dictionary: -1,
} as const;

/** The parameters that belong to each type. */
const parameters: Readonly<Record<number, readonly string[]>> = {
  [typeId.null]: [],
  [typeId.int]: ["bitWidth", "isSigned"],
  [typeId.float]: ["precision"],
  [typeId.binary]: [],
  [typeId.utf8]: [],
  [typeId.bool]: [],
  [typeId.decimal]: ["precision", "scale", "bitWidth"],
  [typeId.date]: ["unit"],
  [typeId.time]: ["unit", "bitWidth"],
  [typeId.timestamp]: ["unit", "timezone"],
  [typeId.interval]: ["unit"],
  [typeId.list]: [],
  [typeId.struct]: [],
  [typeId.fixedSizeBinary]: ["byteWidth"],
  [typeId.fixedSizeList]: ["listSize"],
  [typeId.map]: ["keysSorted"],
  [typeId.duration]: ["unit"],
  [typeId.largeBinary]: [],
  [typeId.largeUtf8]: [],
  [typeId.largeList]: [],
  [typeId.dictionary]: ["isOrdered"],
};

/** Says that a table holds something that has no digest. */
export type Refuse = (reason: string, column?: string) => never;

/**
 * A type as text, the same for equal types of any copy of Arrow and different for different ones: kind, parameters,
 * children with their names, nullability and metadata. A dictionary's number is no part of it; its index type is.
 */
export function typeText(type: ArrowType, refuse: Refuse): string {
  return JSON.stringify(describeType(type, refuse));
}

/** A schema as text: its fields in order, and metadata in the order of its keys. */
export function schemaText(schema: ArrowSchema, refuse: Refuse): string {
  const fields = schema.fields.map((field) => describeField(field, (reason) => refuse(reason, field.name)));
  return JSON.stringify([fields, describeMetadata(schema.metadata)]);
}

function describeType(type: ArrowType, refuse: Refuse): unknown[] {
  const names = parameters[type.typeId];
  if (names === undefined) return refuse(`it has the Arrow type ${String(type)}, which is not supported`);
  const described: unknown[] = [type.typeId, ...names.map((name) => describeParameter(type[name]))];
  if (type.typeId === typeId.dictionary) {
    described.push(describeType(type.indices as ArrowType, refuse), describeType(type.dictionary as ArrowType, refuse));
  } else if (Array.isArray(type.children)) {
    described.push(type.children.map((field: ArrowField) => describeField(field, refuse)));
  }
  return described;
}

function describeField(field: ArrowField, refuse: Refuse): unknown[] {
  return [field.name, field.nullable === true, describeType(field.type, refuse), describeMetadata(field.metadata)];
}

/** No time zone can be absent, null or empty. */
function describeParameter(value: unknown): unknown {
  return value === undefined || value === "" ? null : value;
}

function describeMetadata(metadata: ReadonlyMap<string, string> | null | undefined): [string, string][] {
  const entries = [...(metadata ?? new Map<string, string>())];
  return entries.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
}
