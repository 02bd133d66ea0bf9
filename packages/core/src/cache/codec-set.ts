import type { ValueCodec } from "../codec.js";
import { bytesCodec } from "../codecs/bytes-codec.js";
import { structuredCodec } from "../codecs/structured-codec.js";

/** The codecs of one cache: by name for reading, in order for writing. */
export interface CodecSet {
  /** The codec that wrote a blob, or `undefined`. */
  named(name: string): ValueCodec | undefined;
  /** The first codec that accepts a value, or `undefined`. */
  accepting(value: unknown): ValueCodec | undefined;
  /** The name of the newest codec known of which a codec's name is a newer version, such as `a.b.1` of `a.b.2`. */
  olderThan(name: string): string | undefined;
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
    olderThan(name) {
      const wanted = versioned(name);
      if (wanted === undefined || byName.has(name)) return undefined;
      const known = [...byName.keys()]
        .map((known) => ({ known, version: versioned(known) }))
        .filter(({ version }) => version?.base === wanted.base)
        .sort((a, b) => a.version!.number - b.version!.number)
        .at(-1);
      return known !== undefined && known.version!.number < wanted.number ? known.known : undefined;
    },
    explaining(value) {
      for (const codec of ordered) {
        const why = codec.explain?.(value);
        if (why !== undefined) return why;
      }
      return undefined;
    },
  };
}

/** A codec's name without its version, and the version; `undefined` when it has none. */
function versioned(name: string): { readonly base: string; readonly number: number } | undefined {
  const [, base, digits] = /^(.+)\.([1-9][0-9]{0,8})$/.exec(name) ?? [];
  return base === undefined ? undefined : { base, number: Number(digits) };
}
