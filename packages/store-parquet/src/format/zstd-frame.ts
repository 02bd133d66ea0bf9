import { checkAllocation } from "./allocation-limit.js";
import { damagedParquet } from "./parquet-errors.js";

/**
 * Looks at the header of a zstd frame before a decompressor believes it: one that states another length, or a window
 * that would not fit, is refused.
 *
 * Source: https://datatracker.ietf.org/doc/html/rfc8878#section-3.1.1.1
 *
 * @param byteLength how many bytes all frames must come to
 * @throws LarderError `damaged-parquet`, `foreign-limit`
 */
export function checkZstdFrame(bytes: Uint8Array, byteLength: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.byteLength < 6) throw damagedParquet("a page compressed with zstd is cut short");
  const magic = view.getUint32(0, true);
  // A frame that is to be skipped says nothing of what follows.
  if (magic >= 0x184d2a50 && magic <= 0x184d2a5f) return;
  if (magic !== 0xfd2fb528) throw damagedParquet("a page compressed with zstd does not begin as one");
  const descriptor = bytes[4]!;
  const single = (descriptor & 0x20) !== 0;
  const contentBytes = [single ? 1 : 0, 2, 4, 8][descriptor >>> 6]!;
  const at = 5 + (single ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  if (at + contentBytes > bytes.byteLength) throw damagedParquet("a page compressed with zstd is cut short");
  if (!single) {
    const window = 2 ** (10 + (bytes[5]! >>> 3));
    checkAllocation(window + (window / 8) * (bytes[5]! & 7), "the window of a page compressed with zstd");
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
}
