import type { DataType, Field } from "apache-arrow";
import { type ArrowLikeField, type ArrowLikeType, ArrowTypeId } from "./arrow-like.js";

/** What a type is made of: `"list"` of elements (every kind of list, and maps), `"struct"` of fields, or nothing. */
export function nestedKind({ typeId }: ArrowLikeType): "list" | "struct" | undefined {
  switch (typeId) {
    case ArrowTypeId.List:
    case ArrowTypeId.LargeList:
    case ArrowTypeId.FixedSizeList:
    case ArrowTypeId.Map:
      return "list";
    case ArrowTypeId.Struct:
      return "struct";
    default:
      return undefined;
  }
}

/** The fields of a nested type; none for others. */
export function childFields({ children }: ArrowLikeType): readonly ArrowLikeField[] {
  return children ?? [];
}

/** The types of the fields of a nested type. */
export function childTypes(type: DataType): readonly DataType[] {
  return ((type as { children?: readonly Field[] | null }).children ?? []).map((field) => field.type);
}
