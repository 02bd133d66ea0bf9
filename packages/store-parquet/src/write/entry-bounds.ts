import type { BoundsOrder } from "../format/bounds-order.js";
import type { EncodedBounds } from "../format/encoded-chunk.js";
import { boundsOfPlain } from "./column-bounds.js";

/**
 * The bounds of rows that are indices into a dictionary: over the entries that they use, no others.
 *
 * @param dictionary the entries as PLAIN values
 */
export function entryBounds(
  order: BoundsOrder,
  dictionary: Uint8Array,
  entryCount: number,
): (indices: Int32Array) => EncodedBounds | undefined {
  const isVariable = order === "bytes" || order === "text";
  const starts = isVariable ? variableStarts(dictionary, entryCount) : undefined;
  const width = dictionary.byteLength / entryCount;
  const startOf = (entry: number): number => (starts ? starts[entry]! : entry * width);
  let ofAll: EncodedBounds | undefined;
  return (indices) => {
    const used = new Uint8Array(entryCount);
    for (let i = 0; i < indices.length; i++) used[indices[i]!] = 1;
    const count = used.reduce((sum, one) => sum + one, 0);
    if (count === entryCount) {
      ofAll ??= boundsOfPlain(order, dictionary, entryCount);
      return ofAll;
    }
    const body = new Uint8Array(dictionary.byteLength);
    let at = 0;
    for (let entry = 0; entry < entryCount; entry++) {
      if (used[entry] === 0) continue;
      const end = startOf(entry + 1);
      for (let from = startOf(entry); from < end; from++) body[at++] = dictionary[from]!;
    }
    return boundsOfPlain(order, body.subarray(0, at), count);
  };
}

/** Where each value begins, with the length in front of it; the last number is the end. */
function variableStarts(dictionary: Uint8Array, entryCount: number): Int32Array {
  const starts = new Int32Array(entryCount + 1);
  const view = new DataView(dictionary.buffer, dictionary.byteOffset, dictionary.byteLength);
  for (let entry = 0; entry < entryCount; entry++) {
    starts[entry + 1] = starts[entry]! + 4 + view.getUint32(starts[entry]!, true);
  }
  return starts;
}
