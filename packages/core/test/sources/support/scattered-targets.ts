import fc from "fast-check";

/** A read of bytes into memories: where it starts, and how long each of the memories is. */
export interface ScatteredRead {
  readonly start: number;
  readonly lengths: readonly number[];
}

/** Reads within so many bytes, into no memory, one, or many, empty ones too. */
export function scatteredReads(byteLength: number): fc.Arbitrary<ScatteredRead> {
  return fc
    .array(fc.oneof(fc.nat({ max: byteLength }), chunkBorders(byteLength)), { minLength: 1, maxLength: 12 })
    .map((cuts) => {
      const [start, ...rest] = cuts.sort((a, b) => a - b);
      return { start: start!, lengths: rest.map((cut, i) => cut - cuts[i]!) };
    });
}

/** Empty memories of those lengths, each with other bytes before and after it that must stay. */
export function emptyTargets({ lengths }: ScatteredRead): Uint8Array[] {
  return lengths.map((length) => new Uint8Array(length + 2).fill(7).subarray(1, length + 1));
}

/** What the targets hold, one after another. @throws when something beside them was written to */
export function contentOf(targets: readonly Uint8Array[]): Buffer {
  for (const { buffer } of targets) {
    const around = new Uint8Array(buffer);
    if (around[0] !== 7 || around.at(-1) !== 7) throw new Error("Memory beside a target was written to.");
  }
  return Buffer.concat(targets);
}

export function endOf({ start, lengths }: ScatteredRead): number {
  return lengths.reduce((end, length) => end + length, start);
}

function chunkBorders(byteLength: number): fc.Arbitrary<number> {
  return fc
    .tuple(fc.nat({ max: Math.floor(byteLength / 65_536) }), fc.integer({ min: -1, max: 1 }))
    .map(([chunk, offset]) => Math.min(Math.max(chunk * 65_536 + offset, 0), byteLength));
}
