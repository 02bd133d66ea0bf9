import { parquetMetadata } from "hyparquet";

/** What the footers of files were found to hold, so that a test can say what it has really met. */
export interface MetEncodings {
  readonly codecs: readonly string[];
  /** Encodings of pages and levels by physical type. */
  readonly encodings: Readonly<Record<string, readonly string[]>>;
}

/** Collects what files hold, from their footers. */
export function collectEncodings() {
  const codecs = new Set<string>();
  const encodings = new Map<string, Set<string>>();
  /** Each combination of type, encoding and codec. */
  const combinations = new Set<string>();
  return {
    add(bytes: Uint8Array): void {
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
      for (const { columns } of parquetMetadata(file, { geoparquet: false }).row_groups) {
        for (const { meta_data: chunk } of columns) {
          if (!chunk) continue;
          codecs.add(chunk.codec);
          for (const encoding of chunk.encodings) {
            if (!encodings.has(chunk.type)) encodings.set(chunk.type, new Set());
            encodings.get(chunk.type)!.add(encoding);
            combinations.add(`${chunk.type} ${encoding} ${chunk.codec}`);
          }
        }
      }
    },
    met(): MetEncodings {
      const sorted = [...encodings].sort(([left], [right]) => (left < right ? -1 : 1));
      return {
        codecs: [...codecs].sort(),
        encodings: Object.fromEntries(sorted.map(([type, set]) => [type, [...set].sort()])),
      };
    },
    /** Encodings that were not met under every codec. */
    gaps(): string[] {
      return [...encodings].flatMap(([type, list]) =>
        [...list].flatMap((encoding) =>
          [...codecs]
            .filter((codec) => !combinations.has(`${type} ${encoding} ${codec}`))
            .map((codec) => `${type} ${encoding} ${codec}`),
        ),
      );
    },
  };
}
