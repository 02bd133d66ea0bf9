import { ByteReader, malformedValue } from "./byte-reader.js";
import { ByteWriter } from "./byte-writer.js";
import { exactJson } from "./exact-json.js";
import { StructuredDecoder } from "./structured-decoder.js";
import { StructuredEncoder } from "./structured-encoder.js";
import { form } from "./structured-format.js";
import { UnencodableValueError } from "./unencodable-value-error.js";

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * The bytes of a value made of plain data, from which {@link decodeStructured} makes an equal one: `null`,
 * `undefined`, booleans, numbers, strings, BigInt, Date, RegExp, URL, Map, Set, typed arrays, Buffer, ArrayBuffer,
 * DataView, plain objects and arrays, with their shared references, cycles, key order and holes. A view comes back
 * over memory of exactly its bytes; that an object was frozen is not kept.
 *
 * @throws UnencodableValueError naming the path to anything else
 */
export function encodeStructured(value: unknown): Uint8Array {
  let encoder: StructuredEncoder | undefined;
  try {
    const json = exactJson(value);
    if (json !== undefined) return encodeJson(json);
    const out = new ByteWriter();
    out.byte(form.tagged);
    encoder = new StructuredEncoder(out);
    encoder.write(value);
    return out.finish();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UnencodableValueError(encoder?.path() ?? "$", "it is nested too deep or too large", error);
  }
}

/**
 * The value that {@link encodeStructured} made bytes of. Runs no code from the bytes, whatever they hold.
 *
 * @throws LarderError `malformed-structured-value`
 */
export function decodeStructured(bytes: Uint8Array): unknown {
  switch (bytes[0]) {
    case form.asciiJson:
      return decodeJson(() => Buffer.from(bytes.buffer, bytes.byteOffset + 1, bytes.byteLength - 1).toString("latin1"));
    case form.utf8Json:
      return decodeJson(() => utf8.decode(bytes.subarray(1)));
    case form.tagged:
      return decodeTagged(bytes);
    default:
      throw malformedValue(bytes.byteLength === 0 ? "there are none" : `no form begins with ${bytes[0]}`, 0);
  }
}

/** Why {@link encodeStructured} would refuse a value, as a sentence with the path; `undefined` when it would not. */
export function explainUnencodable(value: unknown): string | undefined {
  try {
    encodeStructured(value);
    return undefined;
  } catch (error) {
    if (error instanceof UnencodableValueError) return error.message;
    throw error;
  }
}

function encodeJson(json: string): Uint8Array {
  const length = Buffer.byteLength(json, "utf8");
  const bytes = Buffer.allocUnsafeSlow(length + 1);
  const ascii = length === json.length;
  bytes[0] = ascii ? form.asciiJson : form.utf8Json;
  bytes.write(json, 1, ascii ? "latin1" : "utf8");
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function decodeTagged(bytes: Uint8Array): unknown {
  const reader = new ByteReader(bytes, 1);
  try {
    const value = new StructuredDecoder(reader).read();
    if (reader.remaining > 0) reader.malformed("it goes on after its end");
    return value;
  } catch (error) {
    if (error instanceof RangeError) return reader.malformed("it is nested too deep for the stack that is left", error);
    throw error;
  }
}

function decodeJson(text: () => string): unknown {
  try {
    return JSON.parse(text());
  } catch (cause) {
    throw malformedValue("its JSON text is not valid", 1, cause);
  }
}
