import { alignedTo, int32sOver, int64sOver } from "../../format/value-conversion.js";
import type { Picks } from "./picks.js";

/**
 * Values of a fixed width, picked; zero where taken from nowhere. Bits are moved as integers, for a NaN could come out
 * another.
 *
 * @param width bytes of a value
 * @param sources a value for each of their rows
 */
export function takeFixed(sources: readonly Uint8Array[], picks: Picks, width: number): Uint8Array {
  const taken = new Uint8Array(picks.length * width);
  switch (width) {
    case 1:
      take8(sources, picks, taken);
      break;
    case 2:
      take16(sources.map(words16), picks, words16(taken));
      break;
    case 4:
      take32(sources.map(int32sOver), picks, int32sOver(taken));
      break;
    case 8:
      take64(sources.map(int64sOver), picks, int64sOver(taken));
      break;
    case 16:
      take128(sources.map(int64sOver), picks, int64sOver(taken));
      break;
    default:
      if (width % 4 === 0) takeWords(sources.map(int32sOver), picks, width / 4, int32sOver(taken));
      else takeWords(sources, picks, width, taken);
  }
  return taken;
}

function words16(bytes: Uint8Array): Uint16Array {
  const { buffer, byteOffset, byteLength } = alignedTo(bytes, 2);
  return new Uint16Array(buffer, byteOffset, byteLength / 2);
}

// The same loop several times: a loop that sees arrays of several kinds is compiled for none of them.

function take8(sources: readonly Uint8Array[], { length, source, row }: Picks, taken: Uint8Array): void {
  let from = sources[0];
  for (let i = 0; i < length; i++) {
    const at = row[i]!;
    if (at < 0) continue;
    if (source) from = sources[source[i]!];
    taken[i] = from![at]!;
  }
}

function take16(sources: readonly Uint16Array[], { length, source, row }: Picks, taken: Uint16Array): void {
  let from = sources[0];
  for (let i = 0; i < length; i++) {
    const at = row[i]!;
    if (at < 0) continue;
    if (source) from = sources[source[i]!];
    taken[i] = from![at]!;
  }
}

function take32(sources: readonly Int32Array[], { length, source, row }: Picks, taken: Int32Array): void {
  let from = sources[0];
  for (let i = 0; i < length; i++) {
    const at = row[i]!;
    if (at < 0) continue;
    if (source) from = sources[source[i]!];
    taken[i] = from![at]!;
  }
}

/** Copying from one such array to another makes no bigint, once compiled. */
function take64(sources: readonly BigInt64Array[], { length, source, row }: Picks, taken: BigInt64Array): void {
  let from = sources[0];
  for (let i = 0; i < length; i++) {
    const at = row[i]!;
    if (at < 0) continue;
    if (source) from = sources[source[i]!];
    taken[i] = from![at]!;
  }
}

function take128(sources: readonly BigInt64Array[], { length, source, row }: Picks, taken: BigInt64Array): void {
  let from = sources[0];
  for (let i = 0; i < length; i++) {
    const at = row[i]! * 2;
    if (at < 0) continue;
    if (source) from = sources[source[i]!];
    taken[i * 2] = from![at]!;
    taken[i * 2 + 1] = from![at + 1]!;
  }
}

function takeWords(
  sources: readonly (Int32Array | Uint8Array)[],
  { length, source, row }: Picks,
  words: number,
  taken: Int32Array | Uint8Array,
): void {
  let from = sources[0];
  for (let i = 0; i < length; i++) {
    if (row[i]! < 0) continue;
    if (source) from = sources[source[i]!];
    const at = row[i]! * words;
    const to = i * words;
    for (let word = 0; word < words; word++) taken[to + word] = from![at + word]!;
  }
}
