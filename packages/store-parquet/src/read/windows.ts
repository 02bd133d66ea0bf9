import { checkAllocation } from "../format/allocation-limit.js";

/** Bytes of a window, unless a page is larger. So many bytes of a local file are read without a promise. */
export const windowBytes: number = 2 ** 20;
/** Windows that are kept for the next ones. */
const mostSpare = 8;

/** Memory that some bytes of a file are read into, until nobody looks into it any more. */
export interface Window {
  readonly memory: Uint8Array<ArrayBuffer>;
  /** Somebody more looks into it. */
  hold(): void;
  /** Somebody does so no longer. */
  release(): void;
}

/** Memory that is read into again and again: it stays in the processor's cache, and the kernel need not give fresh pages. */
export interface Windows {
  /** A window of so many bytes or more, with one who looks into it. @throws LarderError `foreign-limit` */
  take(byteLength: number): Window;
}

/** Holds no memory yet. */
export function windows(): Windows {
  const spare: Uint8Array<ArrayBuffer>[] = [];
  return {
    take(byteLength) {
      const kept = spare.findIndex((memory) => memory.byteLength >= byteLength);
      const memory = kept >= 0 ? spare.splice(kept, 1)[0]! : freshMemory(byteLength);
      let users = 1;
      return {
        memory,
        hold() {
          users++;
        },
        release() {
          // Of large ones there are few, and one that is too small will not be asked for again.
          if (--users === 0 && spare.unshift(memory) > mostSpare) spare.pop();
        },
      };
    },
  };
}

function freshMemory(byteLength: number): Uint8Array<ArrayBuffer> {
  // Rounded up, for the next large page may be somewhat larger.
  const length = byteLength <= windowBytes / 2 ? byteLength : Math.ceil(byteLength / windowBytes) * windowBytes;
  checkAllocation(length, "a page");
  return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
}
