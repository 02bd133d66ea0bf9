import {
  type BlobRecord,
  bytesCodec,
  bytesSource,
  type CacheBackend,
  decodeStructured,
  type EncodedValue,
  explainUnencodable,
  LarderError,
  structuredCodec,
  type ValueCodec,
} from "@larder/core";

/** A value as bytes that nobody else writes to. */
export interface EncodedBytes extends EncodedValue {
  readonly codec: string;
}

/** The bytes of a value, with the record that names their codec. */
export interface StoredBytes {
  readonly record: BlobRecord;
  readonly bytes: Uint8Array;
}

/** Turns values into bytes and back: codecs given first, then the backend's, then the built-in ones. */
export interface ValueCodecs {
  /** @throws LarderError `uncacheable-value` when no codec takes the value */
  encode(value: unknown): Promise<EncodedBytes>;
  /** @throws LarderError `uncacheable-value`; `asynchronous-codec` when its codec answers with a promise */
  encodeNow(value: unknown): EncodedBytes;
  /** Whether this codec is a built-in one, whose values {@link decodeNow} decodes without fail. */
  isBuiltIn(codec: string): boolean;
  /** @throws LarderError `unknown-codec` when no codec of this name is here */
  requireCodec(codec: string): void;
  /** @throws LarderError `unknown-codec`, and whatever the codec throws */
  decode(blob: StoredBytes): Promise<unknown>;
  /** @throws LarderError `unknown-codec`, `asynchronous-codec`, and whatever the codec throws */
  decodeNow(blob: StoredBytes): unknown;
}

/** The codecs of one structure on a backend. Of two with one name the first counts. */
export function valueCodecs(backend: CacheBackend, given: readonly ValueCodec[] = []): ValueCodecs {
  const byName = new Map<string, ValueCodec>();
  for (const codec of [...given, ...(backend.codecs ?? []), bytesCodec as ValueCodec, structuredCodec]) {
    if (!byName.has(codec.name)) byName.set(codec.name, codec);
  }

  const accepting = (value: unknown): ValueCodec => {
    for (const codec of byName.values()) if (codec.accepts(value)) return codec;
    throw uncacheable(value, byName.values());
  };
  const named = (name: string): ValueCodec => {
    const codec = byName.get(name);
    if (codec === undefined) throw unknownCodec(name);
    return codec;
  };

  return {
    async encode(value) {
      const codec = accepting(value);
      const encoded = codec.encode(value);
      return detached(codec, encoded instanceof Promise ? await encoded : encoded, value);
    },
    encodeNow(value) {
      const codec = accepting(value);
      const encoded = codec.encode(value);
      if (encoded instanceof Promise) throw asynchronousCodec(codec.name, encoded);
      return detached(codec, encoded, value);
    },
    isBuiltIn(name) {
      const codec = byName.get(name);
      return codec === structuredCodec || codec === bytesCodec;
    },
    requireCodec: (name) => void named(name),
    async decode({ record, bytes }) {
      return named(record.codec).decode(bytesSource(bytes), record);
    },
    decodeNow({ record, bytes }) {
      const codec = named(record.codec);
      // These answer with promises, although nothing in them waits.
      if (codec === structuredCodec) return decodeStructured(bytes);
      if (codec === bytesCodec) return new Uint8Array(bytes);
      const value = codec.decode(bytesSource(bytes), record);
      if (value instanceof Promise) throw asynchronousCodec(codec.name, value);
      return value;
    },
  };
}

/** Copies bytes that are the value's own memory: its owner may write to it before they are stored. */
function detached(codec: ValueCodec, encoded: EncodedValue, value: unknown): EncodedBytes {
  const memory = ArrayBuffer.isView(value) ? value.buffer : value;
  const bytes = encoded.bytes.buffer === memory ? new Uint8Array(encoded.bytes) : encoded.bytes;
  return { ...encoded, bytes, codec: codec.name };
}

function uncacheable(value: unknown, codecs: Iterable<ValueCodec>): LarderError {
  let why: string | undefined;
  for (const codec of codecs) why ??= codec.explain?.(value);
  why ??= explainUnencodable(value)?.replace(/\.$/, "") ?? "no codec accepts it";
  return new LarderError(`The value can't be stored: ${why}. Store plain data, or pass a codec for it in 'codecs'.`, {
    code: "uncacheable-value",
    facts: { why },
  });
}

function unknownCodec(codec: string): LarderError {
  return new LarderError(
    `A value was written by the codec '${codec}', which is not here. Pass it in 'codecs'; nothing was changed.`,
    { code: "unknown-codec", facts: { codec } },
  );
}

function asynchronousCodec(codec: string, answer: Promise<unknown>): LarderError {
  answer.catch(() => undefined); // refused already
  return new LarderError(
    `The codec '${codec}' works asynchronously, and a transaction is synchronous. Use the methods outside of the transaction for such values.`,
    { code: "asynchronous-codec", facts: { codec } },
  );
}
