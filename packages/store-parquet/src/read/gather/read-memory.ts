import type { Awaitable } from "@larder/core";
import { checkAllocation } from "../../format/allocation-limit.js";
import type { ByteRange } from "../byte-ranges.js";
import type { OpenedFile } from "../opened-file.js";

/** Memory that is read into again and again: it stays in the processor's cache, and the kernel need not give fresh pages. */
export interface ReadMemory {
  /**
   * Bytes of the file; they are good until the next call.
   *
   * @param valuesAt the byte of the range at which values of 8 bytes are expected: there it is where numbers can be read
   */
  read(file: OpenedFile, range: ByteRange, valuesAt?: number): Awaitable<Uint8Array>;
}

/** Holds nothing yet. */
export function readMemory(): ReadMemory {
  let memory = new Uint8Array(0);
  return {
    read(file, { start, end }, valuesAt = 0) {
      const length = end - start;
      const shift = (8 - (valuesAt % 8)) % 8;
      if (memory.byteLength < shift + length) {
        checkAllocation(length, "pages");
        memory = new Uint8Array(Buffer.allocUnsafeSlow(length + (length >> 2) + 8).buffer);
      }
      const bytes = memory.subarray(shift, shift + length);
      const filled = file.readInto(start, [bytes]);
      return filled instanceof Promise ? filled.then(() => bytes) : bytes;
    },
  };
}
