import createXxhash from "xxhash-wasm";

/** xxHash, 64 bits, seed 0. Guards against accidents only, never against intent. */
export interface Xxhash {
  /** The hash of bytes in one call. */
  hash64(bytes: Uint8Array): bigint;
}

/** Beyond this many bytes the input is streamed, so that the WebAssembly memory stays small. */
const wholeBytes = 256 * 1024;

let loading: Promise<Xxhash> | undefined;

/** Loads xxHash; the WebAssembly is compiled once per process. Resolves to the same object every time. */
export function loadXxhash(): Promise<Xxhash> {
  loading ??= createXxhash().then((api) => ({
    hash64(bytes) {
      if (bytes.byteLength <= wholeBytes) return api.h64Raw(bytes);
      const stream = api.create64();
      for (let start = 0; start < bytes.byteLength; start += wholeBytes) {
        stream.update(bytes.subarray(start, start + wholeBytes));
      }
      return stream.digest();
    },
  }));
  return loading;
}
