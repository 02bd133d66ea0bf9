import type { DataType, Field, Struct } from "apache-arrow";
import { type ArrowLikeField, type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import type { Arrow } from "../arrow/load-arrow.js";
import { childFields, nestedKind } from "../arrow/nested-kind.js";
import { largeList, ownType } from "../arrow/own-arrow-type.js";
import type { ColumnShape } from "./column-shape.js";
import type { StoredColumn, StoredLeaf } from "./file-layout.js";
import { foreignType } from "./foreign-type.js";
import { canBeReadAs, type ParquetLeaf } from "./parquet-leaf.js";
import type { SchemaNode } from "./schema-tree.js";

/** Levels reached above an element of the schema. */
interface Levels {
  readonly definition: number;
  readonly repetition: number;
}

interface Described {
  readonly type: DataType;
  readonly shape: ColumnShape;
}

interface DescribedField {
  readonly field: Field;
  readonly shape: ColumnShape;
}

/** Thrown and caught here alone: a part of a column has no counterpart in Arrow. */
class Unreadable extends Error {}

/**
 * What a column of the schema is in Arrow, and how its leaves make it up. Lists and maps are recognised however older
 * writers laid them out. What the file states about the column in Arrow's terms counts, part by part, where it fits.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#nested-types
 */
export function describeColumn(arrow: Arrow, node: SchemaNode, stated: ArrowLikeField | undefined): StoredColumn {
  const { name } = node.element;
  const leaves: StoredLeaf[] = [];
  try {
    const top: Levels = { definition: 0, repetition: 0 };
    const { field, shape } = describeField({ arrow, leaves, column: name }, node, stated, top, [name]);
    return { name, field, leaves, shape };
  } catch (error) {
    if (error instanceof Unreadable) return { name, reason: error.message };
    throw error;
  }
}

interface Context {
  readonly arrow: Arrow;
  readonly leaves: StoredLeaf[];
  readonly column: string;
}

/** An element where it may be optional or repeated. */
function describeField(
  context: Context,
  node: SchemaNode,
  stated: ArrowLikeField | undefined,
  levels: Levels,
  path: readonly string[],
): DescribedField {
  const { arrow } = context;
  const { name, repetition_type: repetition } = node.element;
  if (repetition !== "REPEATED") {
    const optional = repetition === "OPTIONAL";
    const inner = { ...levels, definition: levels.definition + (optional ? 1 : 0) };
    const { type, shape } = describeContent(context, node, stated?.type, inner, path);
    return { field: fieldOf(arrow, name, type, optional, stated), shape };
  }
  // Repeated without an annotation: a list that is always there, of elements that are always there.
  const statedElement = statedElementOf(stated?.type);
  const inner = elementLevels(levels);
  const content = describeContent(context, node, statedElement?.type, inner, path);
  const element = { field: fieldOf(arrow, name, content.type, false, statedElement), shape: content.shape };
  const { type, shape } = listOf(arrow, element, stated?.type, levels);
  return { field: fieldOf(arrow, name, type, false, stated), shape };
}

/** An element without regard to its repetition. */
function describeContent(
  context: Context,
  node: SchemaNode,
  stated: ArrowLikeType | undefined,
  levels: Levels,
  path: readonly string[],
): Described {
  const { type, converted_type: converted, logical_type: logical } = node.element;
  if (type) return describeLeaf(context, { ...node.element, type }, node.chunkIndex, stated, levels, path);
  if (converted === "LIST" || logical?.type === "LIST") return describeList(context, node, stated, levels, path);
  if (converted === "MAP" || logical?.type === "MAP") return describeMap(context, node, stated, levels, path);
  // Older writers put this one where MAP belongs; the newer ones only below MAP, on the entries.
  if (converted === "MAP_KEY_VALUE" && isWrapper(node)) return describeMap(context, node, stated, levels, path);
  return describeStruct(context, node, stated, levels, path);
}

function describeLeaf(
  { arrow, leaves }: Context,
  leaf: ParquetLeaf,
  chunkIndex: number,
  stated: ArrowLikeType | undefined,
  { definition, repetition }: Levels,
  path: readonly string[],
): Described {
  const type = stated && canBeReadAs(stated, leaf) ? ownType(arrow, stated) : foreignType(arrow, leaf);
  if (!type) {
    const where = path.length === 1 ? "" : ` at ${JSON.stringify(path.slice(1).join("."))}`;
    throw new Unreadable(`its Parquet type ${leaf.type} with its annotation${where} has no counterpart in Arrow`);
  }
  leaves.push({ path, leaf, chunkIndex, maxDefinition: definition, maxRepetition: repetition });
  return { type, shape: { kind: "leaf", leaf: leaves.length - 1, definition } };
}

function describeList(
  context: Context,
  node: SchemaNode,
  stated: ArrowLikeType | undefined,
  levels: Levels,
  path: readonly string[],
): Described {
  const repeated = repeatedChild(node, "LIST");
  const below = [...path, repeated.element.name];
  const inner = elementLevels(levels);
  const statedElement = statedElementOf(stated);
  const only = repeated.children.length === 1 ? repeated.children[0]! : undefined;
  if (only && !isElementItself(node, repeated, only)) {
    const element = describeField(context, only, statedElement, inner, [...below, only.element.name]);
    return listOf(context.arrow, element, stated, levels);
  }
  const { type, shape } = describeContent(context, repeated, statedElement?.type, inner, below);
  const field = fieldOf(context.arrow, repeated.element.name, type, false, statedElement);
  return listOf(context.arrow, { field, shape }, stated, levels);
}

/** Whether the repeated group is itself the element, and not a wrapper around it: rules 3 and 4 of the format. */
function isElementItself(list: SchemaNode, repeated: SchemaNode, only: SchemaNode): boolean {
  const { name } = repeated.element;
  return only.element.repetition_type === "REPEATED" || name === "array" || name === `${list.element.name}_tuple`;
}

function describeMap(
  context: Context,
  node: SchemaNode,
  stated: ArrowLikeType | undefined,
  levels: Levels,
  path: readonly string[],
): Described {
  const { arrow } = context;
  const repeated = repeatedChild(node, "MAP");
  const below = [...path, repeated.element.name];
  const inner = elementLevels(levels);
  const [keyNode, valueNode] = repeated.children;
  if (!keyNode || repeated.children.length > 2)
    throw new Unreadable("its MAP annotation does not fit what it stands on");
  if (!valueNode) {
    // A set of keys.
    const element = describeField(context, keyNode, statedElementOf(stated), inner, [...below, keyNode.element.name]);
    return listOf(arrow, element, stated, levels);
  }
  const isStated = stated?.typeId === ArrowTypeId.Map;
  const statedEntries = isStated ? childFields(stated)[0] : undefined;
  const [statedKey, statedValue] = statedEntries ? childFields(statedEntries.type) : [];
  const describe = (child: SchemaNode, statedChild: ArrowLikeField | undefined): DescribedField =>
    describeField(context, child, statedChild, inner, [...below, child.element.name]);
  const key = describe(keyNode, statedKey);
  const value = describe(valueNode, statedValue);
  // No map of Arrow has a null among its keys.
  const keyField = statedKey ? key.field : key.field.clone({ nullable: false });
  const entries = new arrow.Struct([keyField, value.field]);
  const field = fieldOf(arrow, "entries", entries, false, statedEntries) as Field<Struct>;
  return {
    type: new arrow.Map_(field, isStated ? (stated.keysSorted ?? false) : false),
    shape: listShape(levels, { kind: "struct", definition: inner.definition, fields: [key.shape, value.shape] }),
  };
}

function describeStruct(
  context: Context,
  { children }: SchemaNode,
  stated: ArrowLikeType | undefined,
  levels: Levels,
  path: readonly string[],
): Described {
  if (children.length === 0) throw new Unreadable("it has a group without fields");
  const fields = stated?.typeId === ArrowTypeId.Struct ? childFields(stated) : [];
  const same = fields.length === children.length && fields.every(({ name }, i) => name === children[i]!.element.name);
  const described = children.map((child, i) =>
    describeField(context, child, same ? fields[i] : undefined, levels, [...path, child.element.name]),
  );
  return {
    type: new context.arrow.Struct(described.map(({ field }) => field)),
    shape: { kind: "struct", definition: levels.definition, fields: described.map(({ shape }) => shape) },
  };
}

function listOf(
  arrow: Arrow,
  { field, shape }: DescribedField,
  stated: ArrowLikeType | undefined,
  levels: Levels,
): Described {
  return { type: listType(arrow, field, stated), shape: listShape(levels, shape) };
}

function listType(arrow: Arrow, element: Field, stated: ArrowLikeType | undefined): DataType {
  switch (stated?.typeId) {
    case ArrowTypeId.LargeList:
      return largeList(arrow, element);
    case ArrowTypeId.FixedSizeList:
      return (stated.listSize ?? -1) >= 0
        ? new arrow.FixedSizeList(stated.listSize!, element)
        : new arrow.List(element);
    default:
      return new arrow.List(element);
  }
}

function listShape({ definition, repetition }: Levels, element: ColumnShape): ColumnShape {
  return { kind: "list", definition, elementDefinition: definition + 1, repetition: repetition + 1, element };
}

function elementLevels({ definition, repetition }: Levels): Levels {
  return { definition: definition + 1, repetition: repetition + 1 };
}

function statedElementOf(stated: ArrowLikeType | undefined): ArrowLikeField | undefined {
  const isList = stated && stated.typeId !== ArrowTypeId.Map && nestedKind(stated) === "list";
  return isList ? childFields(stated)[0] : undefined;
}

function fieldOf(
  arrow: Arrow,
  name: string,
  type: DataType,
  nullable: boolean,
  stated: ArrowLikeField | undefined,
): Field {
  return new arrow.Field(stated?.name ?? name, type, stated?.nullable ?? nullable, new Map(stated?.metadata ?? []));
}

function isWrapper({ children }: SchemaNode): boolean {
  return children.length === 1 && children[0]!.element.repetition_type === "REPEATED";
}

function repeatedChild(node: SchemaNode, annotation: string): SchemaNode {
  if (!isWrapper(node)) throw new Unreadable(`its ${annotation} annotation does not fit what it stands on`);
  return node.children[0]!;
}
