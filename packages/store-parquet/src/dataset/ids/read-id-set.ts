import { onesIn, wordsPerContainer } from "./bit-words.js";
import { damagedIdSet } from "./damaged-id-set.js";
import type { Container, IdSet } from "./id-set.js";
import { idSetParts } from "./id-set-parts.js";
import { containerOfLows, containerOfRuns, containerOfWords, longestList } from "./make-container.js";
import { cookieWithoutRuns, cookieWithRuns, fewestWithOffsets, singleLength } from "./roaring-bitmap.js";

/**
 * The set that `writeIdSet`, or another program that writes the portable Roaring format, made these bytes of. Nothing of them is
 * kept. Takes no more memory than a small multiple of their length.
 *
 * @throws LarderError `damaged-id-set` when they contradict themselves or are too few or too many
 */
export function readIdSet(bytes: Uint8Array): IdSet {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  need(view, 0, 8);
  const buckets = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  const parts = idSetParts(Math.floor((bytes.byteLength - 8) / (4 + singleLength)));
  let at = 8;
  let before = -1;
  for (let i = 0; i < buckets; i++) {
    need(view, at, 4);
    const key = view.getUint32(at, true);
    if (key <= before) throw damagedIdSet("its parts are out of order", { at });
    before = key;
    if (isSingle(view, at + 4)) {
      const lower = (view.getUint16(at + 12, true) << 16) | view.getUint16(at + 20, true);
      parts.addId(lower, key - 2 ** 31);
      at += 4 + singleLength;
    } else at = readBucket(view, at + 4, (key - 2 ** 31) * 65536, parts.openContainers());
  }
  if (at !== bytes.byteLength) throw damagedIdSet("something follows its end", { at, byteLength: bytes.byteLength });
  return parts.toSet();
}

/** Whether the bitmap at `at` is sound and has one id: keys of texts mostly are such. */
function isSingle(view: DataView, at: number): boolean {
  return (
    at + singleLength <= view.byteLength &&
    view.getUint32(at, true) === cookieWithoutRuns &&
    view.getUint32(at + 4, true) === 1 &&
    view.getUint16(at + 10, true) === 0 &&
    view.getUint32(at + 12, true) === 16
  );
}

/** Reads a 32-bit bitmap at `base`, whose ids are `firstHigh` and more containers up; returns where it ends. */
function readBucket(view: DataView, base: number, firstHigh: number, containers: Container[]): number {
  need(view, base, 8);
  const cookie = view.getUint32(base, true);
  const withRuns = (cookie & 0xffff) === cookieWithRuns;
  if (!withRuns && cookie !== cookieWithoutRuns)
    throw damagedIdSet("it lacks the mark of a Roaring bitmap", { at: base });
  const count = withRuns ? (cookie >>> 16) + 1 : view.getUint32(base + 4, true);
  if (count === 0 || count > 65536) throw damagedIdSet(`it can't have ${count} containers`, { at: base });
  const headers = base + (withRuns ? 4 + Math.ceil(count / 8) : 8);
  const offsets = headers + 4 * count;
  const hasOffsets = !withRuns || count >= fewestWithOffsets;
  let at = offsets + (hasOffsets ? 4 * count : 0);
  need(view, base, at - base);
  const spare = withRuns ? count & 7 : 0;
  if (spare !== 0 && view.getUint8(base + 4 + (count >>> 3)) >>> spare !== 0) {
    throw damagedIdSet("it tells of runs in containers it does not have", { at: base + 4 + (count >>> 3) });
  }
  let before = -1;
  for (let i = 0; i < count; i++) {
    const key = view.getUint16(headers + 4 * i, true);
    if (key <= before) throw damagedIdSet("its containers are out of order", { at: headers + 4 * i });
    before = key;
    if (hasOffsets && view.getUint32(offsets + 4 * i, true) !== at - base) {
      throw damagedIdSet("a container is not where it is said to be", { at: offsets + 4 * i });
    }
    const size = view.getUint16(headers + 4 * i + 2, true) + 1;
    const isRuns = withRuns && ((view.getUint8(base + 4 + (i >>> 3)) >>> (i & 7)) & 1) === 1;
    const read = isRuns ? readRuns : size <= longestList ? readList : readBits;
    const [container, end] = read(view, at, firstHigh + key, size);
    if (container?.size !== size) throw damagedIdSet("a container has another number of ids than it says", { at });
    containers.push(container);
    at = end;
  }
  return at;
}

type ReadContainer = [container: Container | undefined, end: number];

function readList(view: DataView, at: number, high: number, size: number): ReadContainer {
  need(view, at, 2 * size);
  const lows = new Uint16Array(size);
  for (let i = 0; i < size; i++) {
    lows[i] = view.getUint16(at + 2 * i, true);
    if (i > 0 && lows[i]! <= lows[i - 1]!) throw damagedIdSet("ids are out of order", { at: at + 2 * i });
  }
  return [containerOfLows(high, lows, size), at + 2 * size];
}

function readBits(view: DataView, at: number, high: number, size: number): ReadContainer {
  need(view, at, 4 * wordsPerContainer);
  const words = new Uint32Array(wordsPerContainer);
  let ones = 0;
  for (let i = 0; i < wordsPerContainer; i++) {
    words[i] = view.getUint32(at + 4 * i, true);
    ones += onesIn(words[i]!);
  }
  return [ones === size ? containerOfWords(high, words) : undefined, at + 4 * wordsPerContainer];
}

function readRuns(view: DataView, at: number, high: number): ReadContainer {
  need(view, at, 2);
  const count = view.getUint16(at, true);
  need(view, at + 2, 4 * count);
  const runs = new Uint16Array(2 * count);
  let filled = 0;
  let before = -1;
  for (let i = 0; i < count; i++) {
    const first = view.getUint16(at + 2 + 4 * i, true);
    const last = first + view.getUint16(at + 4 + 4 * i, true);
    if (first <= before || last > 65535) throw damagedIdSet("runs overlap or end too late", { at: at + 2 + 4 * i });
    // Two that touch are one here.
    if (first === before + 1 && filled > 0) filled--;
    else runs[filled++] = first;
    runs[filled++] = last;
    before = last;
  }
  return [containerOfRuns(high, runs.slice(0, filled)), at + 2 + 4 * count];
}

function need(view: DataView, at: number, length: number): void {
  if (at + length > view.byteLength) {
    throw damagedIdSet("it is cut short", { at, needed: length, byteLength: view.byteLength });
  }
}
