import type { ValueCodec } from "../codec.js";
import { bytesCodec } from "../codecs/bytes-codec.js";
import { structuredCodec } from "../codecs/structured-codec.js";

/** The codecs of one cache: by name for reading, in order for writing. */
export interface CodecSet {
  /** The codec that wrote a blob, or `undefined`. */
  named(name: string): ValueCodec | undefined;
  /** The first codec that accepts a value, or `undefined`. */
  accepting(value: unknown): ValueCodec | undefined;
  /** What the first codec says that knows why a value of its kind is not accepted. */
  explaining(value: unknown): string | undefined;
}

/** Those given first, then the backend's, then the built-in ones. Of two with one name the first counts. */
export function codecSet(given: readonly ValueCodec[] = [], ofBackend: readonly ValueCodec[] = []): CodecSet {
  const ordered: ValueCodec[] = [];
  const byName = new Map<string, ValueCodec>();
  for (const codec of [...given, ...ofBackend, bytesCodec as ValueCodec, structuredCodec as ValueCodec]) {
    if (byName.has(codec.name)) continue;
    byName.set(codec.name, codec);
    ordered.push(codec);
  }
  return {
    named: (name) => byName.get(name),
    accepting: (value) => ordered.find((codec) => codec.accepts(value)),
    explaining(value) {
      for (const codec of ordered) {
        const why = codec.explain?.(value);
        if (why !== undefined) return why;
      }
      return undefined;
    },
  };
}
