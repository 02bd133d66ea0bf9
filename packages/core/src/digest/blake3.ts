import { createRequire } from "node:module";
import { blake3 as portableBlake3 } from "@noble/hashes/blake3.js";

/** BLAKE3-256 in one call and in steps. Both implementations are synchronous and give the same bytes. */
export interface Blake3 {
  /** The 32 bytes of the digest. */
  hash(bytes: Uint8Array): Uint8Array;
  create(): Blake3Stream;
}

/** A BLAKE3-256 in progress. */
export interface Blake3Stream {
  update(bytes: Uint8Array): void;
  /** 64 hexadecimal digits; ends the stream. */
  digest(): string;
}

interface NativeModule {
  blake3(bytes: Uint8Array): Uint8Array;
  Blake3Hasher: new () => { update(bytes: Uint8Array): unknown; digest(format: "hex"): string };
}

/** BLAKE3 in JavaScript: always there, some ten times slower than the native one. */
export const portable: Blake3 = {
  hash: (bytes) => portableBlake3(bytes),
  create() {
    const hasher = portableBlake3.create();
    return {
      update: (bytes) => void hasher.update(bytes),
      digest: () => toHex(hasher.digest()),
    };
  },
};

/** BLAKE3 through `@napi-rs/blake-hash`, or `undefined` where that optional package is absent or does not load. */
export const native: Blake3 | undefined = loadNative();

/** The fastest BLAKE3 there is. */
export const blake3: Blake3 = native ?? portable;

function loadNative(): Blake3 | undefined {
  let loaded: NativeModule;
  try {
    loaded = createRequire(import.meta.url)("@napi-rs/blake-hash") as NativeModule;
    if (typeof loaded.blake3 !== "function" || typeof loaded.Blake3Hasher !== "function") return undefined;
  } catch {
    return undefined;
  }
  return {
    hash: (bytes) => loaded.blake3(unshared(bytes)),
    create() {
      const hasher = new loaded.Blake3Hasher();
      return {
        update: (bytes) => void hasher.update(unshared(bytes)),
        digest: () => hasher.digest("hex"),
      };
    },
  };
}

/** Native code does not take views of shared memory: those are copied. */
function unshared(bytes: Uint8Array): Uint8Array {
  return bytes.buffer instanceof ArrayBuffer ? bytes : new Uint8Array(bytes);
}

/** Bytes as lower-case hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}
