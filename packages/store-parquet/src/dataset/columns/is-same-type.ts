import type { DataType } from "apache-arrow";
import type { ArrowLikeType } from "../../arrow/arrow-like.js";
import { childFields } from "../../arrow/nested-kind.js";
import { typeText } from "../../arrow/type-text.js";

/**
 * Whether values of two types lie in memory alike and mean the same. Blind to names and nullability of the fields inside, and to
 * the order of dictionaries.
 */
export function isSameType(left: DataType, right: DataType): boolean {
  return isSame(left as ArrowLikeType, right as ArrowLikeType);
}

function isSame(left: ArrowLikeType, right: ArrowLikeType): boolean {
  if (left.typeId !== right.typeId) return false;
  const inside = childFields(left);
  const others = childFields(right);
  if (inside.length !== others.length) return false;
  if (inside.length === 0) return typeText(left) === typeText(right);
  return left.listSize === right.listSize && inside.every((field, i) => isSame(field.type, others[i]!.type));
}
