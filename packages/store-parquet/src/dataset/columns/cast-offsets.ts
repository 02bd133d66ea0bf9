import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import { typeText } from "../../arrow/type-text.js";
import { refuseMany, wideOffsets } from "./take-bytes.js";

/** Offsets as a type of texts or bytes has them. @throws LarderError `column-too-large` */
export function castOffsets(offsets: Float64Array, to: ArrowLikeType): Int32Array | BigInt64Array {
  if (to.typeId === ArrowTypeId.LargeUtf8 || to.typeId === ArrowTypeId.LargeBinary) return wideOffsets(offsets);
  refuseMany(offsets[offsets.length - 1]!, typeText(to));
  return new Int32Array(offsets);
}
