/** Distinct values of variable length, numbered in the order they come. */
export interface DistinctBytes {
  /** The number of a value; -1 once it is clear that too few of them repeat. */
  placeOf(bytes: Uint8Array, start: number, end: number): number;
  entries(): { readonly count: number; readonly offsets: Int32Array; readonly bytes: Uint8Array };
}

/** More than this many entries are not worth comparing. */
const mostEntries = 8192;
/** Longer values are seldom the same, and cost much to compare. */
const mostLength = 128;
/** After so many values it shows whether they repeat. */
const firstLook = 1024;

/** @param values how many there will be: each entry must come four times, on average */
export function distinctBytes(values: number): DistinctBytes {
  const most = Math.min(mostEntries, Math.max(1, values >>> 2));
  const mask = 2 ** Math.ceil(Math.log2(most * 2 + 2)) - 1;
  /** One more than the number of the entry; 0 where there is none. */
  const slots = new Int32Array(mask + 1);
  const offsets = new Int32Array(most + 1);
  let memory = new Uint8Array(4096);
  let count = 0;
  let seen = 0;

  const add = (bytes: Uint8Array, start: number, end: number): number => {
    const at = offsets[count]!;
    if (at + end - start > memory.byteLength) {
      const grown = new Uint8Array((at + end - start) * 2);
      grown.set(memory);
      memory = grown;
    }
    memory.set(bytes.subarray(start, end), at);
    offsets[count + 1] = at + end - start;
    return count++;
  };
  const isEntry = (entry: number, bytes: Uint8Array, start: number, end: number): boolean => {
    const at = offsets[entry]!;
    if (offsets[entry + 1]! - at !== end - start) return false;
    for (let i = start; i < end; i++) if (bytes[i] !== memory[at + i - start]) return false;
    return true;
  };

  return {
    placeOf(bytes, start, end) {
      if (end - start > mostLength) return -1;
      if (++seen === firstLook && count > firstLook / 2) return -1;
      let hash = 0x811c9dc5;
      for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
      let slot = (hash ^ (hash >>> 15)) & mask;
      for (; slots[slot] !== 0; slot = (slot + 1) & mask) {
        if (isEntry(slots[slot]! - 1, bytes, start, end)) return slots[slot]! - 1;
      }
      if (count === most) return -1;
      const place = add(bytes, start, end);
      slots[slot] = place + 1;
      return place;
    },
    entries: () => ({
      count,
      offsets: offsets.slice(0, count + 1),
      bytes: memory.slice(0, offsets[count]!),
    }),
  };
}
