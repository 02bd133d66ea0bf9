import { type BlobSource, bytesSource } from "@larder/core";

/** What was asked of a source: bytes from `start` to `end`, in one piece or scattered. */
export interface AskedRange {
  readonly start: number;
  readonly end: number;
  readonly scattered: boolean;
}

/** A source over bytes that fills memory, and remembers what was asked of it. Scattered reads end in another order than they began. */
export function scatteringSource(bytes: Uint8Array): BlobSource & { readonly asked: AskedRange[] } {
  const source = bytesSource(bytes);
  const asked: AskedRange[] = [];
  return {
    byteLength: source.byteLength,
    asked,
    slice(start, end = source.byteLength) {
      asked.push({ start, end, scattered: false });
      return source.slice(start, end);
    },
    async readInto(start, targets) {
      const end = start + targets.reduce((sum, target) => sum + target.byteLength, 0);
      asked.push({ start, end, scattered: true });
      for (let turns = asked.length % 3; turns > 0; turns--) await new Promise((resolve) => setImmediate(resolve));
      await source.readInto!(start, targets);
    },
  };
}
