import type { Data, DataType, FixedSizeList, List, Map_, Struct } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import type { Arrow } from "../../arrow/load-arrow.js";
import { childTypes } from "../../arrow/nested-kind.js";
import { damagedParquet, unsupportedParquet } from "../../format/parquet-errors.js";
import type { ColumnBuilder } from "../column-builder.js";
import type { ListNode } from "./list-node.js";
import type { StructNode } from "./struct-node.js";

/** What has been collected for one place of a nested column, and below it. */
export type NodePart =
  | { readonly kind: "leaf"; readonly builder: ColumnBuilder }
  | { readonly kind: "struct"; readonly node: StructNode; readonly fields: readonly NodePart[] }
  | { readonly kind: "list"; readonly node: ListNode; readonly element: NodePart };

/**
 * Makes the Arrow chunk of what has been collected.
 *
 * @throws LarderError `damaged-parquet` when parts differ in length, `unsupported-parquet` for a map with a null key
 */
export function nestedData(arrow: Arrow, type: DataType, part: NodePart): Data {
  if (part.kind === "leaf") return part.builder.finish();
  const children = childTypes(type);
  if (part.kind === "struct") {
    const { length, nullCount, nullBitmap } = part.node.validity.finish();
    const fields = part.fields.map((field, i) => nestedData(arrow, children[i]!, field));
    if (fields.some((field) => field.length !== length)) throw uneven();
    return arrow.makeData({ type: type as Struct, length, nullCount, nullBitmap, children: fields });
  }
  const child = nestedData(arrow, children[0]!, part.element);
  const offsets = part.node.finishOffsets();
  if (child.length !== part.node.elements) throw uneven();
  const common = { ...part.node.validity.finish(), child };
  switch ((type as ArrowLikeType).typeId) {
    case ArrowTypeId.FixedSizeList:
      return arrow.makeData({ ...common, type: type as FixedSizeList });
    case ArrowTypeId.LargeList: {
      const valueOffsets = BigInt64Array.from(offsets, BigInt);
      return arrow.makeData({ ...common, type: type as never, valueOffsets } as never);
    }
    case ArrowTypeId.Map:
      if (child.nullCount > 0 || child.children[0]!.nullCount > 0) {
        throw unsupportedParquet("a map that has an entry without a key, which Arrow does not allow");
      }
      return arrow.makeData({ ...common, type: type as Map_, valueOffsets: offsets });
    default:
      return arrow.makeData({ ...common, type: type as List, valueOffsets: offsets });
  }
}

function uneven(): Error {
  return damagedParquet("the parts of a nested column differ in length");
}
