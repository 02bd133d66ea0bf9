import type { EncodedBounds } from "../format/encoded-chunk.js";
import { shortenedMax, shortenedMin } from "./shortened-bound.js";

/**
 * Least and greatest of values of no fixed width, byte by byte; `undefined` where the greatest has no bound that is short enough.
 *
 * @param offsets value i is `bytes[offsets[i] … offsets[i + 1]]`; at least one value
 */
export function bytesBounds(offsets: Int32Array, bytes: Uint8Array, isText: boolean): EncodedBounds | undefined {
  let least = 0;
  let greatest = 0;
  let leastHead = headOf(bytes, offsets[0]!, offsets[1]!);
  let greatestHead = leastHead;
  // The first two bytes of either, as numbers without a sign: most values lie between those.
  let leastTop = (leastHead >>> 16) ^ 0x8000;
  let greatestTop = leastTop;
  let end = offsets[1]!;
  for (let i = 1; i < offsets.length - 1; i++) {
    const start = end;
    end = offsets[i + 1]!;
    if (end - start >= 2) {
      const top = (bytes[start]! << 8) | bytes[start + 1]!;
      if (top > leastTop && top < greatestTop) continue;
    }
    const head =
      end - start >= 4
        ? ((bytes[start]! ^ 0x80) << 24) | (bytes[start + 1]! << 16) | (bytes[start + 2]! << 8) | bytes[start + 3]!
        : headOf(bytes, start, end);
    if (head <= leastHead) {
      if (head < leastHead || compare(bytes, start, end, offsets[least]!, offsets[least + 1]!) < 0) {
        least = i;
        leastHead = head;
        leastTop = (head >>> 16) ^ 0x8000;
      }
    }
    if (head >= greatestHead) {
      if (head > greatestHead || compare(bytes, start, end, offsets[greatest]!, offsets[greatest + 1]!) > 0) {
        greatest = i;
        greatestHead = head;
        greatestTop = (head >>> 16) ^ 0x8000;
      }
    }
  }
  const min = shortenedMin(bytes.subarray(offsets[least]!, offsets[least + 1]!), isText);
  const max = shortenedMax(bytes.subarray(offsets[greatest]!, offsets[greatest + 1]!), isText);
  return max && { min: min.bytes, minIsExact: min.exact, max: max.bytes, maxIsExact: max.exact };
}

/**
 * The first four bytes as a number of the same order, zeros for those that are missing: where two such numbers differ, the values
 * differ the same way; where they are equal, the values must be compared.
 */
function headOf(bytes: Uint8Array, start: number, end: number): number {
  let head = 0;
  for (let i = 0; i < 4; i++) head = (head << 8) | (start + i < end ? bytes[start + i]! : 0);
  return head ^ 0x8000_0000;
}

function compare(bytes: Uint8Array, left: number, leftEnd: number, right: number, rightEnd: number): number {
  const common = Math.min(leftEnd - left, rightEnd - right);
  for (let i = 0; i < common; i++) {
    const difference = bytes[left + i]! - bytes[right + i]!;
    if (difference !== 0) return difference;
  }
  return leftEnd - left - (rightEnd - right);
}
