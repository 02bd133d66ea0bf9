import { type ArrowLikeField, type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import { childFields, nestedKind } from "../../arrow/nested-kind.js";
import type { SchemaElement } from "../../format/parquet-file-reader.js";
import type { WrittenLeaf } from "../../format/parquet-file-writer.js";
import type { ParquetLeaf } from "../../format/parquet-leaf.js";

/** One place of a nested column as it is written, with what is below it. */
export type WrittenNode = WrittenLeafNode | WrittenStructNode | WrittenListNode;

interface WrittenPlace {
  readonly field: ArrowLikeField;
  /** Names from the column down, as people know them: `[]` stands for the elements of a list. */
  readonly where: string;
  /** Counted from the column down, each before those below it. */
  readonly place: number;
  /** Whether it can be null, which takes a definition level. */
  readonly optional: boolean;
  /** Whether it is an entry or a key of a map, which are never null. */
  readonly inMap: boolean;
}

export interface WrittenLeafNode extends WrittenPlace {
  readonly kind: "leaf";
  readonly leaf: ParquetLeaf;
}

export interface WrittenStructNode extends WrittenPlace {
  readonly kind: "struct";
  readonly fields: readonly WrittenNode[];
}

export interface WrittenListNode extends WrittenPlace {
  readonly kind: "list";
  /** The element; of a map the struct of key and value, which has no schema element of its own. */
  readonly element: WrittenNode;
  readonly isMap: boolean;
  /** The repetition level of every element but the first. */
  readonly repetition: number;
}

/** What a schema cannot tell by itself. */
export interface NodeChoices {
  /** Whether the field at a place can be null. Entries and keys of maps can't, and are not asked for. */
  isOptional(field: ArrowLikeField, place: number): boolean;
  /** How the values of a leaf are stored. */
  leafOf(field: ArrowLikeField, place: number, where: string): ParquetLeaf;
}

/** The places of a column, made with the choices. */
export function writtenNode(column: ArrowLikeField, choices: NodeChoices): WrittenNode {
  let places = 0;
  const build = (field: ArrowLikeField, where: string, repetition: number, inMap: boolean): WrittenNode => {
    const { type } = field;
    const place = places++;
    // A column of nulls holds nothing else.
    const isNull = type.typeId === ArrowTypeId.Null;
    const optional = !inMap && (isNull || choices.isOptional(field, place));
    const common = { field, where, place, optional, inMap };
    switch (nestedKind(type)) {
      case undefined:
        return { ...common, kind: "leaf", leaf: choices.leafOf(field, place, where) };
      case "struct": {
        const fields = childFields(type).map((child) => build(child, `${where}.${child.name}`, repetition, false));
        return { ...common, kind: "struct", fields };
      }
      case "list": {
        const isMap = type.typeId === ArrowTypeId.Map;
        const child = childFields(type)[0]!;
        const element = isMap
          ? buildEntries(child, `${where}[]`, repetition + 1)
          : build(child, `${where}[]`, repetition + 1, false);
        return { ...common, kind: "list", element, isMap, repetition: repetition + 1 };
      }
    }
  };
  const buildEntries = (field: ArrowLikeField, where: string, repetition: number): WrittenStructNode => {
    const place = places++;
    const [key, value] = childFields(field.type) as [ArrowLikeField, ArrowLikeField];
    const fields = [build(key, `${where}.key`, repetition, true), build(value, `${where}.value`, repetition, false)];
    return { kind: "struct", field, where, place, optional: false, inMap: true, fields };
  };
  return build(column, column.name, 0, false);
}

/**
 * The schema elements of a place and of all below it, in file order.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#nested-types
 */
export function schemaElements(node: WrittenNode, name: string): SchemaElement[] {
  const own = { name, repetition_type: node.optional ? "OPTIONAL" : "REQUIRED" } as const;
  switch (node.kind) {
    case "leaf":
      return [{ ...node.leaf, ...own }];
    case "struct": {
      const below = node.fields.flatMap((field) => schemaElements(field, field.field.name));
      return [{ ...own, num_children: node.fields.length }, ...below];
    }
    case "list": {
      if (!node.isMap) {
        return [
          { ...own, num_children: 1, converted_type: "LIST", logical_type: { type: "LIST" } },
          { name: "list", repetition_type: "REPEATED", num_children: 1 },
          ...schemaElements(node.element, "element"),
        ];
      }
      const [key, value] = (node.element as WrittenStructNode).fields;
      return [
        { ...own, num_children: 1, converted_type: "MAP", logical_type: { type: "MAP" } },
        { name: "key_value", repetition_type: "REPEATED", num_children: 2 },
        ...schemaElements(key!, "key"),
        ...schemaElements(value!, "value"),
      ];
    }
  }
}

/** The leaves of a place, in file order. */
export function writtenLeaves(node: WrittenNode, path: readonly string[]): WrittenLeaf[] {
  switch (node.kind) {
    case "leaf":
      return [{ path, leaf: node.leaf }];
    case "struct":
      return node.fields.flatMap((field) => writtenLeaves(field, [...path, field.field.name]));
    case "list": {
      if (!node.isMap) return writtenLeaves(node.element, [...path, "list", "element"]);
      const [key, value] = (node.element as WrittenStructNode).fields;
      const entries = [...path, "key_value"];
      return [...writtenLeaves(key!, [...entries, "key"]), ...writtenLeaves(value!, [...entries, "value"])];
    }
  }
}

/** Whether a type is written as several leaves, or with repetition levels. */
export function isNested(type: ArrowLikeType): boolean {
  return nestedKind(type) !== undefined;
}
