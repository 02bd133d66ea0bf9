import type { BlobRecord } from "../blob-record.js";
import { type Awaitable, bytesSource } from "../blob-source.js";
import type { EncodedStream, EncodedValue, ValueCodec } from "../codec.js";
import { LarderError } from "../errors.js";
import type { CodecSet } from "./codec-set.js";
import { explainUncacheable } from "./explain-uncacheable.js";

/** A value as bytes that nobody else writes to. */
export interface EncodedBlob {
  readonly codec: ValueCodec;
  readonly encoded: EncodedValue;
}

/** A value as bytes that are made while they are stored. */
export interface StreamedBlob {
  readonly codec: ValueCodec;
  readonly stream: EncodedStream;
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
 * done so before this function returns: the caller may change the value at once, and has what came of it at once.
 */
export function encodeValue(
  key: string,
  value: unknown,
  codecName: string | undefined,
  codecs: CodecSet,
): Awaitable<EncodedBlob | UncacheableValue> {
  return encodeWith(key, value, codecFor(key, value, codecName, codecs));
}

/**
 * {@link encodeValue}, but a value whose codec gives a stream stays one, unread. What that stream throws later is not for
 * this cache to explain.
 */
export function encodeOrStream(
  key: string,
  value: unknown,
  codecName: string | undefined,
  codecs: CodecSet,
): Awaitable<EncodedBlob | StreamedBlob | UncacheableValue> {
  const codec = codecFor(key, value, codecName, codecs);
  if ("message" in codec || codec.encodeStream === undefined) return encodeWith(key, value, codec);
  try {
    const stream = codec.encodeStream(value);
    if (stream !== undefined) return { codec, stream };
  } catch (error) {
    return failed(key, codec, error);
  }
  return encodeWith(key, value, codec);
}

/** Whether a value is to be stored as a stream. */
export function isStreamed(
  encoding: Awaitable<EncodedBlob | StreamedBlob | UncacheableValue>,
): encoding is StreamedBlob {
  return "stream" in encoding;
}

function codecFor(
  key: string,
  value: unknown,
  codecName: string | undefined,
  codecs: CodecSet,
): ValueCodec | UncacheableValue {
  try {
    if (codecName === undefined) {
      return codecs.accepting(value) ?? { message: explainUncacheable(key, value, codecs) };
    }
    const codec = codecs.named(codecName);
    if (codec === undefined) {
      return { message: `The value under '${key}' was not stored: this cache has no codec '${codecName}'.` };
    }
    if (codec.accepts(value)) return codec;
    const why = codec.explain?.(value) ?? "it does not accept the value";
    return { message: `The value under '${key}' was not stored by the codec '${codecName}': ${why}.` };
  } catch (error) {
    return failed(key, codecName === undefined ? undefined : codecs.named(codecName), error);
  }
}

function encodeWith(
  key: string,
  value: unknown,
  codec: ValueCodec | UncacheableValue,
): Awaitable<EncodedBlob | UncacheableValue> {
  if ("message" in codec) return codec;
  try {
    const encoded = codec.encode(value);
    if (encoded instanceof Promise) return encodedLater(key, value, codec, encoded);
    return { codec, encoded: detached(encoded, value) };
  } catch (error) {
    return failed(key, codec, error);
  }
}

/**
 * Encodes a value at once.
 *
 * @throws LarderError `asynchronous-codec` when the codec answers with a promise
 */
export function encodeValueNow(
  key: string,
  value: unknown,
  codecName: string | undefined,
  codecs: CodecSet,
): EncodedBlob | UncacheableValue {
  const encoded = encodeValue(key, value, codecName, codecs);
  if (!(encoded instanceof Promise)) return encoded;
  const codec = codecName ?? codecs.accepting(value)?.name ?? "unknown";
  throw asynchronousCodec(key, codec, "encode");
}

/** Within a transaction nothing can be waited for. */
export function asynchronousCodec(key: string, codec: string, operation: "encode" | "decode"): LarderError {
  const instead = operation === "encode" ? "Store the value with set(), outside" : "Read the value with get(), outside";
  return new LarderError(
    `The codec '${codec}' of '${key}' can't ${operation} within a transaction, for it answers with a promise. ${instead}, or use a codec that works at once.`,
    { code: "asynchronous-codec", facts: { key, codec, operation } },
  );
}

async function encodedLater(
  key: string,
  value: unknown,
  codec: ValueCodec,
  encoding: Promise<EncodedValue>,
): Promise<EncodedBlob | UncacheableValue> {
  try {
    return { codec, encoded: detached(await encoding, value) };
  } catch (error) {
    return failed(key, codec, error);
  }
}

function failed(key: string, codec: ValueCodec | undefined, error: unknown): UncacheableValue {
  const who = codec === undefined ? "a codec" : `the codec '${codec.name}'`;
  const message = `The value under '${key}' was not stored: ${who} failed: ${String((error as Error)?.message ?? error)}`;
  return { message, cause: error };
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
