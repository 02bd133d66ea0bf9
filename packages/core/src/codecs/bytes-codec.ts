import { types } from "node:util";
import type { ValueCodec } from "../codec.js";
import { hasExtraProperties } from "../digest/own-properties.js";
import { kindOf } from "../digest/value-kind.js";

/**
 * Keeps a `Uint8Array` as it is, and nothing else: a `Buffer` is a subclass and goes to the structured codec, which
 * brings it back as one. Shared or resizable memory would come back as ordinary memory, and is not accepted.
 */
export const bytesCodec: ValueCodec<Uint8Array> = {
  name: "larder.bytes.1",
  accepts(value) {
    if (!types.isUint8Array(value) || kindOf(value) !== "typed-array") return false;
    if (!types.isArrayBuffer(value.buffer) || (value.buffer as { resizable?: boolean }).resizable === true)
      return false;
    return !hasExtraProperties(value, "typed-array");
  },
  encode(value) {
    return { bytes: value };
  },
  async decode(source) {
    // A copy: the caller may change it, and the source may keep its bytes for the next reader.
    return new Uint8Array(await source.slice(0));
  },
};
