import type { BlobRecord } from "../blob-record.js";
import { type Awaitable, bytesSource } from "../blob-source.js";
import type { EncodedValue, ValueCodec } from "../codec.js";
import type { CodecSet } from "./codec-set.js";
import { explainUncacheable } from "./explain-uncacheable.js";

/** A value as bytes that nobody else writes to. */
export interface EncodedBlob {
  readonly codec: ValueCodec;
  readonly encoded: EncodedValue;
}

/** Why a value has no bytes. */
export interface UncacheableValue {
  readonly codec?: undefined;
  /** A whole sentence for a person. */
  readonly message: string;
  readonly cause?: unknown;
}

/**
 * Encodes a value with the codec named, or with the first that accepts it. A codec that answers without a promise has
 * done so before this function first waits: the caller may change the value as soon as it has the promise.
 */
export async function encodeValue(
  key: string,
  value: unknown,
  codecName: string | undefined,
  codecs: CodecSet,
): Promise<EncodedBlob | UncacheableValue> {
  let codec: ValueCodec | undefined;
  try {
    if (codecName === undefined) {
      codec = codecs.accepting(value);
      if (codec === undefined) return { message: explainUncacheable(key, value, codecs) };
    } else {
      codec = codecs.named(codecName);
      if (codec === undefined) {
        return { message: `The value under '${key}' was not stored: this cache has no codec '${codecName}'.` };
      }
      if (!codec.accepts(value)) {
        const why = codec.explain?.(value) ?? "it does not accept the value";
        return { message: `The value under '${key}' was not stored by the codec '${codecName}': ${why}.` };
      }
    }
    const encoded = codec.encode(value);
    if (encoded instanceof Promise) return { codec, encoded: detached(await encoded, value) };
    return { codec, encoded: detached(encoded, value) };
  } catch (error) {
    const who = codec === undefined ? "a codec" : `the codec '${codec.name}'`;
    const message = `The value under '${key}' was not stored: ${who} failed: ${String((error as Error)?.message ?? error)}`;
    return { message, cause: error };
  }
}

/** The value made anew; `decode` gets bytes of its own, for a codec may build the value upon them. */
export function decodeAgain({ codec, encoded }: EncodedBlob, record: BlobRecord): Awaitable<unknown> {
  return codec.decode(bytesSource(new Uint8Array(encoded.bytes)), record);
}

/** Copies bytes that are the value's own memory: its owner may write to it while the backend stores it. */
function detached(encoded: EncodedValue, value: unknown): EncodedValue {
  const memory = ArrayBuffer.isView(value) ? value.buffer : value;
  if (encoded.bytes.buffer !== memory) return encoded;
  return { ...encoded, bytes: new Uint8Array(encoded.bytes) };
}
