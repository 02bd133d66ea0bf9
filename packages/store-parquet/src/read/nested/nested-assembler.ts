import type { DataType } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import { childTypes } from "../../arrow/nested-kind.js";
import type { ColumnShape, ListShape } from "../../format/column-shape.js";
import type { ParquetLeaf } from "../../format/parquet-leaf.js";
import type { AssemblerTarget, ColumnAssembler } from "../column-assembler.js";
import { type ColumnBuilder, createColumnBuilder } from "../column-builder.js";
import { decodeEntries } from "./decode-entries.js";
import type { EntrySink } from "./entry-range.js";
import { leafFeed } from "./leaf-feed.js";
import { type LeafLevels, type ListAbove, leafLevels } from "./leaf-levels.js";
import { fixedListNode, type ListNode, listNode } from "./list-node.js";
import { type NodePart, nestedData } from "./nested-data.js";
import { type StructNode, structNode } from "./struct-node.js";
import { type LeafPair, structureCheck } from "./structure-check.js";

/** One leaf of the column, and what is learnt from its levels. */
interface LeafPart {
  readonly levels: LeafLevels;
  readonly builder: ColumnBuilder;
  readonly feed: EntrySink;
  /** The lists and structs that no leaf before it is below. */
  readonly nodes: (ListNode | StructNode)[];
}

/**
 * The assembler for a nested column. The values of each leaf go the way of a flat column; lists and structs are made from
 * the levels of the first leaf below them, and the other leaves are held against those.
 */
export function nestedAssembler(target: AssemblerTarget): ColumnAssembler {
  const { arrow, reader, column } = target;
  const leaves: LeafPart[] = [];
  const pairs: LeafPair[] = [];
  const root = partsBelow(target, column.shape, column.field.type, [], leaves, pairs);
  const check = structureCheck(leaves.length, pairs);
  let added = 0;
  return {
    async addChunk(leaf, plan, pages, runs) {
      const { levels, builder, feed, nodes } = leaves[leaf]!;
      await decodeEntries(reader, plan, pages, runs, levels, {
        begin: (dictionary) => builder.beginChunk(dictionary),
        add(range, values, first) {
          for (const node of nodes) node.add(range);
          feed.add(range, values, first);
          check.add(leaf, range);
        },
      });
      if (++added % leaves.length === 0) check.compare();
    },
    finish: () => nestedData(arrow, column.field.type, root),
  };
}

/** The parts of a column from one place down; leaves are appended in their order. */
function partsBelow(
  target: AssemblerTarget,
  shape: ColumnShape,
  type: DataType,
  lists: readonly ListAbove[],
  leaves: LeafPart[],
  pairs: LeafPair[],
): NodePart {
  const first = leaves.length;
  const children = childTypes(type);
  switch (shape.kind) {
    case "leaf":
      return leafPart(target, type, lists, leaves);
    case "struct": {
      const fields: NodePart[] = [];
      let previous = -1;
      for (const [i, field] of shape.fields.entries()) {
        const leaf = leaves.length;
        fields.push(partsBelow(target, field, children[i]!, lists, leaves, pairs));
        if (previous >= 0) {
          pairs.push({ left: previous, right: leaf, above: lists.length, definition: shape.definition });
        }
        previous = leaf;
      }
      const node = structNode(leaves[first]!.levels, lists.length, shape.definition);
      leaves[first]!.nodes.push(node);
      return { kind: "struct", node, fields };
    }
    case "list": {
      const fixedSize = fixedSizeOf(type);
      const inner = [...lists, { elementDefinition: shape.elementDefinition, fixedSize }];
      const element = partsBelow(target, shape.element, children[0]!, inner, leaves, pairs);
      const node = listOf(leaves[first]!.levels, lists.length, shape, fixedSize);
      leaves[first]!.nodes.push(node);
      return { kind: "list", node, element };
    }
  }
}

function leafPart(
  { arrow, column, rows, byteLengths }: AssemblerTarget,
  type: DataType,
  lists: readonly ListAbove[],
  leaves: LeafPart[],
): NodePart {
  const { leaf, maxDefinition } = column.leaves[leaves.length]!;
  const levels = leafLevels(lists, maxDefinition);
  const byteLength = byteLengths[leaves.length] ?? 0;
  // Nothing in a file says how many elements some rows have.
  const slots = lists.length === 0 ? rows : Math.max(rows, Math.floor(byteLength / leastBytes(leaf)));
  const builder = createColumnBuilder({ arrow, type, leaf, rows: slots, byteLength });
  leaves.push({ levels, builder, feed: leafFeed(levels, builder), nodes: [] });
  return { kind: "leaf", builder };
}

/** Bytes that a value takes in a PLAIN page, at least. */
function leastBytes({ type, type_length }: ParquetLeaf): number {
  switch (type) {
    case "BOOLEAN":
      return 1 / 8;
    case "INT64":
    case "DOUBLE":
      return 8;
    case "FIXED_LEN_BYTE_ARRAY":
      return Math.max(type_length ?? 1, 1);
    case "INT96":
      return 12;
    // Of text, most is not the length in front of it.
    case "BYTE_ARRAY":
      return 16;
    default:
      return 4;
  }
}

function listOf(levels: LeafLevels, above: number, { definition }: ListShape, fixedSize: number | undefined): ListNode {
  return fixedSize === undefined
    ? listNode(levels, above, definition)
    : fixedListNode(levels, above, definition, fixedSize);
}

function fixedSizeOf(type: DataType): number | undefined {
  const { typeId, listSize } = type as ArrowLikeType;
  return typeId === ArrowTypeId.FixedSizeList ? listSize : undefined;
}
