import type { ValueCodec } from "../codec.js";
import { decodeStructured, encodeStructured } from "./structured-value.js";
import { UnencodableValueError } from "./unencodable-value-error.js";

/** What `accepts` encoded, kept for the `encode` that follows it at once. */
let accepted: { readonly value: unknown; readonly bytes: Uint8Array } | undefined;

/**
 * Keeps values made of plain data, exactly: see `encodeStructured`. Whether a value can be kept is only known once it
 * has been walked whole, so `accepts` encodes it, and `encode` called straight after (in the same turn) returns those bytes.
 */
export const structuredCodec: ValueCodec = {
  name: "larder.structured.1",
  accepts(value) {
    accepted = undefined;
    try {
      const bytes = encodeStructured(value);
      if (typeof value === "object") {
        accepted = { value, bytes };
        queueMicrotask(forgetAccepted);
      }
      return true;
    } catch (error) {
      if (error instanceof UnencodableValueError) return false;
      throw error;
    }
  },
  encode(value) {
    const bytes = accepted !== undefined && accepted.value === value ? accepted.bytes : encodeStructured(value);
    accepted = undefined;
    return { bytes };
  },
  decode(source) {
    const bytes = source.slice(0);
    return bytes instanceof Promise ? bytes.then(decodeStructured) : decodeStructured(bytes);
  },
};

/** The value may change once other code runs. */
function forgetAccepted(): void {
  accepted = undefined;
}
