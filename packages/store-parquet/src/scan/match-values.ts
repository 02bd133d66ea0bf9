import type { Data, Vector } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import { getBit } from "../format/bitmaps.js";
import { breathe, isTimeToBreathe } from "../format/breathe.js";
import { bytesMatcher } from "./match-bytes.js";
import { numbersMatcher } from "./match-numbers.js";
import { wordsMatcher } from "./match-words.js";
import type { Endpoint, ValueSet } from "./value-set.js";

/** Writes 1 for each row from `from` to `to` whose value is in the set, and leaves others as they are. Blind to nulls. */
export type Matcher = (from: number, to: number, mask: Uint8Array) => void;

/** Rows between two turns of the event loop, and the size of what kernels keep at hand. */
export const stretch = 8192;

/**
 * Which rows of a column have a value in the set: a byte for each row, 1 or 0. Nulls have none. A dictionary is looked at
 * once for each of its entries.
 */
export async function matchValues(data: Data, set: ValueSet): Promise<Uint8Array> {
  const mask = new Uint8Array(data.length);
  const match = await matcherOf(data, set);
  for (let from = 0; from < data.length; from += stretch) {
    if (isTimeToBreathe()) await breathe();
    match(from, Math.min(from + stretch, data.length), mask);
  }
  if (data.nullCount > 0) clearNulls(data, mask);
  return mask;
}

/** 1 for each null, or with `wanted` `false` for each value. */
export function matchNulls(data: Data, wanted: boolean): Uint8Array {
  const mask = new Uint8Array(data.length).fill(wanted ? 0 : 1);
  if ((data.type as ArrowLikeType).typeId === ArrowTypeId.Null) return mask.fill(wanted ? 1 : 0);
  if (data.nullCount === 0) return mask;
  const { nullBitmap, offset } = data;
  for (let i = 0; i < mask.length; i++) {
    if (getBit(nullBitmap, offset + i) === 0) mask[i] = wanted ? 1 : 0;
  }
  return mask;
}

function clearNulls({ nullBitmap, offset }: Data, mask: Uint8Array): void {
  for (let i = 0; i < mask.length; i++) if (getBit(nullBitmap, offset + i) === 0) mask[i] = 0;
}

async function matcherOf(data: Data, set: ValueSet): Promise<Matcher> {
  const type: ArrowLikeType = data.type;
  switch (type.typeId) {
    case ArrowTypeId.Dictionary:
      return dictionaryMatcher(data, set);
    case ArrowTypeId.Bool:
      return bitsMatcher(data, set);
    case ArrowTypeId.Utf8:
    case ArrowTypeId.LargeUtf8:
    case ArrowTypeId.Binary:
    case ArrowTypeId.LargeBinary:
    case ArrowTypeId.FixedSizeBinary:
      return bytesMatcher(data, set);
    case ArrowTypeId.Decimal:
      return wordsMatcher(data, set, (type.bitWidth ?? 128) / 32);
    default:
      return numbersMatcher(data, set) ?? wordsMatcher(data, set, 2);
  }
}

async function dictionaryMatcher(data: Data, set: ValueSet): Promise<Matcher> {
  const pieces = (data.dictionary as Vector).data;
  const masks: Uint8Array[] = [];
  for (const piece of pieces) masks.push(await matchValues(piece, set));
  const entries = masks.length === 1 ? masks[0]! : new Uint8Array(Buffer.concat(masks));
  const { bitWidth, isSigned } = (data.type as ArrowLikeType).indices!;
  // Of an index of 64 bits only the lower half is ever used.
  const step = bitWidth === 64 ? 2 : 1;
  const { buffer, byteOffset } = data.values as Uint8Array;
  const View =
    bitWidth === 8
      ? isSigned
        ? Int8Array
        : Uint8Array
      : bitWidth === 16
        ? isSigned
          ? Int16Array
          : Uint16Array
        : Int32Array;
  const indices = new View(buffer as ArrayBuffer, byteOffset, data.length * step);
  return (from, to, mask) => {
    for (let i = from; i < to; i++) if (entries[indices[i * step]!] === 1) mask[i] = 1;
  };
}

function bitsMatcher(data: Data, set: ValueSet): Matcher {
  const bits = data.values as Uint8Array;
  const wanted = [0n, 1n].map((value) => hasInteger(set, value));
  return (from, to, mask) => {
    for (let i = from; i < to; i++) if (wanted[getBit(bits, data.offset + i)]) mask[i] = 1;
  };
}

function hasInteger(set: ValueSet, value: bigint): boolean {
  if (set.kind === "points") return (set.points as readonly Endpoint[]).includes(value) !== set.excluded;
  return set.ranges.some(
    ({ low, high }) => (low === "start" || (low as bigint) <= value) && (high === "end" || value < (high as bigint)),
  );
}
