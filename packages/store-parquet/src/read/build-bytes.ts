import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import { getBit } from "../format/bitmaps.js";
import { damagedParquet } from "../format/parquet-errors.js";
import { notBytes, tooManyBytes } from "./bytes-errors.js";
import type { BuilderTarget, ColumnBuilder } from "./column-builder.js";
import { copyByIndex, copyPlainText, tooFew } from "./copy-text.js";
import type { DecodedPage } from "./decode-page.js";
import { type Slices, slicedValues } from "./decode-values.js";
import { grownBytes, usedBytes } from "./grown-bytes.js";
import { validityBuilder } from "./validity-builder.js";

/** Builds columns of text and of bytes: values one after the other, with their bounds. */
export function bytesBuilder({ arrow, type, rows, byteLength }: BuilderTarget): ColumnBuilder {
  const typeId = (type as ArrowLikeType).typeId;
  const large = typeId === ArrowTypeId.LargeUtf8 || typeId === ArrowTypeId.LargeBinary;
  let offsets = offsetsOver(new Uint8Array((rows + 1) * (large ? 8 : 4)), large);
  const validity = validityBuilder(rows);
  let data = new Uint8Array(Math.min(byteLength, 2 ** 31));
  let used = 0;
  let entries: Slices | undefined;

  const reserve = (more: number): void => {
    if (!large && used + more >= 2 ** 31) throw tooManyBytes();
    if (used + more <= data.byteLength) return;
    const grown = new Uint8Array(Math.max(Math.min(data.byteLength * 2, used + more + 2 ** 28), used + more));
    grown.set(data.subarray(0, used));
    data = grown;
  };
  /** Adds values whose bytes have room, and their ends from `at` on. One loop without calls, for it is what reading text costs. */
  const addAll = (
    { bytes, starts, ends }: Slices,
    places: Int32Array | undefined,
    first: number,
    last: number,
    at: number,
  ): void => {
    const target = data;
    const targetOffsets = offsets;
    let to = used;
    for (let i = first; i < last; i++) {
      const place = places ? places[i]! : i;
      const start = starts[place]!;
      const length = ends[place]! - start;
      // A call costs more than copying a short string by hand.
      if (length > 32) target.set(bytes.subarray(start, start + length), to);
      else for (let j = 0; j < length; j++) target[to + j] = bytes[start + j]!;
      to += length;
      if (large) (targetOffsets as BigInt64Array)[at++] = BigInt(to);
      else targetOffsets[at++] = to;
    }
    used = to;
  };
  /** The same for values that stand side by side: their bytes are copied as one. */
  const addTogether = ({ bytes, starts, ends }: Slices, first: number, last: number, at: number): void => {
    const start = starts[first]!;
    const shift = used - start;
    data.set(bytes.subarray(start, ends[last - 1]!), used);
    if (large) for (let i = first; i < last; i++) (offsets as BigInt64Array)[at++] = BigInt(ends[i]! + shift);
    else for (let i = first; i < last; i++) offsets[at++] = ends[i]! + shift;
    used = ends[last - 1]! + shift;
  };

  const addValues = (values: DecodedPage["values"], first: number, last: number, at: number): void => {
    if (values.kind === "text" && first === 0 && last === values.count) {
      if (values.bytes.byteLength < last * 4) throw tooFew();
      reserve(values.bytes.byteLength - last * 4);
      used = copyPlainText(values.bytes, last, { data, ends: offsets as Int32Array, at, to: used });
      return;
    }
    const indices = values.kind === "indices" ? values.indices : undefined;
    const source = values.kind === "indices" ? entries : slicedValues(values);
    if (source?.kind !== "slices") throw notBytes();
    reserve(bytesOf(source, indices, first, last));
    if (!indices && source.contiguous && last > first) addTogether(source, first, last, at);
    else if (indices && !large) {
      used = copyByIndex(entries!, indices, first, last, { data, ends: offsets as Int32Array, at, to: used });
    } else addAll(source, indices, first, last, at);
  };

  return {
    takesText: !large,
    beginChunk(dictionary) {
      if (dictionary && dictionary.kind !== "slices") throw notBytes();
      entries = dictionary && withRoomBehind(dictionary);
    },
    append(page, from, to, first, last) {
      offsets = withRoom(offsets, validity.rows + 1 + to - from, large);
      const at = validity.rows + 1;
      addValues(page.values, first, last, at);
      if (last - first < to - from) spreadOffsets(offsets, at, from, to, last - first, page.validity!);
      validity.append(page, from, to, last - first);
    },
    finish() {
      // Much more memory than needed is given back.
      const kept = used < data.byteLength * 0.75 ? data.slice(0, used) : data.subarray(0, used);
      return arrow.makeData({
        type: type as never,
        length: validity.rows,
        data: kept,
        valueOffsets: offsetsOver(
          usedBytes(bytesUnder(offsets), (validity.rows + 1) * (large ? 8 : 4)),
          large,
        ) as never,
        ...validity.finish(),
      });
    },
  };
}

/** The same entries, with eight bytes behind them that may be copied, too. */
function withRoomBehind(entries: Slices): Slices {
  const bytes = new Uint8Array(entries.bytes.byteLength + 8);
  bytes.set(entries.bytes);
  return { ...entries, bytes };
}

/** Bytes of some values together. @throws LarderError `damaged-parquet` for an index beyond the dictionary */
function bytesOf(
  { starts, ends, count, contiguous }: Slices,
  places: Int32Array | undefined,
  first: number,
  last: number,
): number {
  let total = 0;
  if (!places) {
    if (last > count) throw damagedParquet("a page holds fewer values than it states");
    if (contiguous) return first < last ? ends[last - 1]! - starts[first]! : 0;
    for (let i = first; i < last; i++) total += ends[i]! - starts[i]!;
    return total;
  }
  for (let i = first; i < last; i++) {
    const place = places[i]!;
    if (place >>> 0 >= count) throw damagedParquet("an index has no entry in its dictionary");
    total += ends[place]! - starts[place]!;
  }
  return total;
}

type Offsets = BigInt64Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** Moves ends that stand side by side to the rows they belong to, from the last one down; a null ends where the one before it does. */
function spreadOffsets(
  offsets: Offsets,
  at: number,
  from: number,
  to: number,
  count: number,
  validity: Uint8Array,
): void {
  let next = at + count - 1;
  for (let row = to - 1; row >= from; row--) {
    offsets[at + row - from] = offsets[next]!;
    if (getBit(validity, row)) next--;
  }
}

function withRoom(offsets: Offsets, count: number, large: boolean): Offsets {
  if (count <= offsets.length) return offsets;
  return offsetsOver(grownBytes(bytesUnder(offsets), count * (large ? 8 : 4)), large);
}

function offsetsOver({ buffer, byteLength }: Uint8Array<ArrayBuffer>, large: boolean): Offsets {
  return large ? new BigInt64Array(buffer, 0, byteLength >>> 3) : new Int32Array(buffer, 0, byteLength >>> 2);
}

function bytesUnder({ buffer, byteLength }: Offsets): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer, 0, byteLength);
}
