/** What a codec does to the bytes of a page. */
export interface Codec {
  /**
   * The bytes as they were before compression.
   *
   * @param byteLength how many the page states. Whatever the input, no more than twice this, or 64 MiB, comes out; another
   *   length than this is for the caller to notice
   * @throws when the input is not of this codec
   */
  readonly decompress: (bytes: Uint8Array, byteLength: number) => Uint8Array;
  /** The same, in a thread of libuv's pool. The input must stay as it is meanwhile. */
  readonly decompressAsync?: (bytes: Uint8Array, byteLength: number) => Promise<Uint8Array>;
  /**
   * The same in JavaScript, into memory that is there: for blocks that are stored almost as they are. What is in the memory after an
   * error is nobody's business.
   *
   * @throws when the input is not of this codec, or does not come to exactly the length of the memory
   */
  readonly decompressInto?: (bytes: Uint8Array, target: Uint8Array) => void;
  /** Absent where this codec is only read. */
  readonly compress?: (body: Uint8Array) => Uint8Array;
}

/**
 * Refuses a block that states more bytes than any block of its length could hold: native code ends the process when it is
 * given no memory.
 *
 * @param mostRatio how many bytes come out of one, at most
 */
export function checkRatio(bytes: Uint8Array, byteLength: number, mostRatio: number): void {
  if (byteLength > bytes.byteLength * mostRatio) throw new Error("it states more bytes than it can hold");
}
