import { checkAllocation } from "../format/allocation-limit.js";

/** Memory for what is made of one page and looked at until the next: kept, for fresh memory costs more than what is done in it. */
export interface DecodeMemory {
  /** So many bytes, which hold anything. They are good until they are asked for again. */
  bytes(byteLength: number): Uint8Array<ArrayBuffer>;
  /** So many integers, which hold anything. They are good until they are asked for again. */
  integers(count: number): Int32Array<ArrayBuffer>;
  /** Bytes that are kept. */
  readonly byteLength: number;
}

const spare: DecodeMemory[] = [];
/** What is kept in a process, at most: so many, and so many bytes in each. */
const mostSpare = 2;
const mostSpareBytes = 2 ** 22;

/** Lends memory that nobody else has, until the work is done: nothing may look into it afterwards. */
export async function withDecodeMemory<Result>(work: (memory: DecodeMemory) => Promise<Result>): Promise<Result> {
  const memory = spare.pop() ?? freshMemory();
  try {
    return await work(memory);
  } finally {
    if (spare.length < mostSpare && memory.byteLength <= mostSpareBytes) spare.push(memory);
  }
}

function freshMemory(): DecodeMemory {
  let bytes = new Uint8Array(0);
  let integers = new Int32Array(0);
  return {
    bytes(byteLength) {
      if (bytes.byteLength < byteLength) {
        checkAllocation(byteLength, "a page");
        bytes = new Uint8Array(Buffer.allocUnsafeSlow(roomFor(byteLength)).buffer);
      }
      return bytes.subarray(0, byteLength);
    },
    integers(count) {
      if (integers.length < count) {
        checkAllocation(count * 4, "a page");
        integers = new Int32Array(Buffer.allocUnsafeSlow(roomFor(count * 4)).buffer);
      }
      return integers.subarray(0, count);
    },
    get byteLength() {
      return bytes.byteLength + integers.byteLength;
    },
  };
}

/** Somewhat more, for pages differ a little. */
function roomFor(byteLength: number): number {
  return Math.ceil((byteLength * 1.125) / 4096) * 4096;
}
