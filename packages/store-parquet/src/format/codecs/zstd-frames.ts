import { checkAllocation } from "../allocation-limit.js";
import { damagedParquet } from "../parquet-errors.js";

/** A block comes to no more than this. */
const mostBlockBytes = 2 ** 17;
/** Blocks together may come to twice what is stated, or to this, for the last of a frame are short. */
const mostBytes = 2 ** 26;

/**
 * Looks at the headers of zstd frames and their blocks before a decompressor believes them, for not every one lets its output be limited:
 * a frame that states another length or a window that would not fit, and blocks that might come to far more than is stated, are refused.
 * Nothing is decompressed for that.
 *
 * Source: https://datatracker.ietf.org/doc/html/rfc8878#section-3.1
 *
 * @param byteLength how many bytes all frames must come to
 * @throws LarderError `damaged-parquet`, `foreign-limit`
 */
export function checkZstdFrames(bytes: Uint8Array, byteLength: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let most = 0;
  let at = 0;
  while (at < bytes.byteLength) {
    if (bytes.byteLength - at < 6) throw cutShort();
    const magic = view.getUint32(at, true);
    if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) {
      // A frame that is to be skipped.
      if (bytes.byteLength - at < 8) throw cutShort();
      at += 8 + view.getUint32(at + 4, true);
      continue;
    }
    if (magic !== 0xfd2fb528) throw damagedParquet("a page compressed with zstd does not begin as one");
    const hasChecksum = (bytes[at + 4]! & 4) !== 0;
    at = checkFrameHeader(view, at, byteLength);
    for (let isLast = false; !isLast; ) {
      if (bytes.byteLength - at < 3) throw cutShort();
      const header = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
      const type = (header >>> 1) & 3;
      const size = header >>> 3;
      if (type === 3) throw damagedParquet("a page compressed with zstd has a block of no known kind");
      // As it is, one byte repeated, or compressed.
      most += type === 2 ? mostBlockBytes : size;
      at += 3 + (type === 1 ? 1 : size);
      isLast = (header & 1) !== 0;
    }
    if (hasChecksum) at += 4;
  }
  if (at > bytes.byteLength || at === 0) throw cutShort();
  if (most > Math.max(byteLength * 2, mostBytes)) {
    throw damagedParquet("a page compressed with zstd has many more blocks than it needs", { byteLength, most });
  }
}

/** Returns where the header ends. */
function checkFrameHeader(view: DataView, start: number, byteLength: number): number {
  const descriptor = view.getUint8(start + 4);
  const single = (descriptor & 0x20) !== 0;
  const contentBytes = [single ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
  const at = start + 5 + (single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  if (at + contentBytes > view.byteLength) throw cutShort();
  if (!single) {
    const window = 2 ** (10 + (view.getUint8(start + 5) >>> 3));
    checkAllocation(
      window + (window / 8) * (view.getUint8(start + 5) & 7),
      "the window of a page compressed with zstd",
    );
  }
  const content = [
    () => view.getUint8(at),
    () => view.getUint16(at, true) + 256,
    () => view.getUint32(at, true),
    () => Number(view.getBigUint64(at, true)),
  ][descriptor >>> 6]!;
  // A frame may be followed by another one, so it may hold less.
  if (contentBytes > 0 && content() > byteLength) {
    throw damagedParquet("a page compressed with zstd holds more than it states", { byteLength, stated: content() });
  }
  return at + contentBytes;
}

function cutShort(): Error {
  return damagedParquet("a page compressed with zstd is cut short");
}
