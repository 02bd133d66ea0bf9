import { containersOfIds } from "./containers-of-ids.js";
import type { IdSet } from "./id-set.js";
import { wordsOfIds } from "./id-words.js";
import { bitmapLength, cookieWithoutRuns, singleLength, writeBitmap } from "./roaring-bitmap.js";

/**
 * A set as bytes: the portable Roaring format for 64 bits (https://github.com/RoaringBitmap/RoaringFormatSpec). Its numbers are
 * unsigned, so each id stands as `id + 2⁶³`. Equal sets have equal bytes.
 */
export function writeIdSet(set: IdSet): Uint8Array {
  return set.loose.length > 0 ? writeLoose(set.loose) : writeContained(set);
}

/** Containers whose ids share their upper 32 bits make a bitmap. */
function writeContained({ containers }: IdSet): Uint8Array {
  const bitmaps = [];
  let length = 8;
  for (let from = 0, to = 0; from < containers.length; from = to) {
    const upper = Math.floor(containers[from]!.high / 65536);
    while (to < containers.length && Math.floor(containers[to]!.high / 65536) === upper) to++;
    const own = containers.slice(from, to);
    length += 4 + bitmapLength(own);
    bitmaps.push({ upper, own });
  }
  const view = startOf(length, bitmaps.length);
  let at = 8;
  for (const { upper, own } of bitmaps) {
    view.setUint32(at, upper + 2 ** 31, true);
    at = writeBitmap(view, at + 4, own);
  }
  return new Uint8Array(view.buffer);
}

/** Most bitmaps of loose ids have one id: no object is made for such. */
function writeLoose(ids: BigInt64Array): Uint8Array {
  const words = wordsOfIds(ids);
  let length = 8;
  let bitmaps = 0;
  for (let from = 0, to = 0; from < words.length; from = to) {
    to = bitmapEnd(words, from);
    bitmaps++;
    length += 4 + (to - from === 2 ? singleLength : bitmapLength(containersOfIds(ids.subarray(from / 2, to / 2))));
  }
  const view = startOf(length, bitmaps);
  let at = 8;
  for (let from = 0, to = 0; from < words.length; from = to) {
    to = bitmapEnd(words, from);
    view.setUint32(at, words[from + 1]! + 2 ** 31, true);
    if (to - from === 2) {
      view.setUint32(at + 4, cookieWithoutRuns, true);
      view.setUint32(at + 8, 1, true);
      view.setUint32(at + 12, words[from]! >>> 16, true);
      view.setUint32(at + 16, 16, true);
      view.setUint16(at + 20, words[from]! & 0xffff, true);
      at += 4 + singleLength;
    } else at = writeBitmap(view, at + 4, containersOfIds(ids.subarray(from / 2, to / 2)));
  }
  return new Uint8Array(view.buffer);
}

function bitmapEnd(words: Int32Array, from: number): number {
  const upper = words[from + 1]!;
  let to = from + 2;
  while (to < words.length && words[to + 1] === upper) to += 2;
  return to;
}

function startOf(length: number, bitmaps: number): DataView<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(length));
  view.setBigUint64(0, BigInt(bitmaps), true);
  return view;
}
