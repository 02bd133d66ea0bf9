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
  decode(source) {
    const bytes = source.slice(0);
    const own = source.exclusive === true ? asTheyAre : copied;
    return bytes instanceof Promise ? bytes.then(own) : own(bytes);
  },
};

/** The caller may change what it gets, and a source may keep its bytes for the next reader. */
function copied(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/** Exclusive bytes need no copy, unless they are of another class, or part of a memory that would be handed on with them. */
function asTheyAre(bytes: Uint8Array): Uint8Array {
  const isPlain = Object.getPrototypeOf(bytes) === Uint8Array.prototype;
  return isPlain && bytes.byteLength === bytes.buffer.byteLength ? bytes : copied(bytes);
}
