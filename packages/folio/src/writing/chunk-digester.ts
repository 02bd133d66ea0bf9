import { contentDigest, createContentHasher } from "@larder/core";

/** One digest for each chunk of bytes that pass by. */
export interface ChunkDigester {
  /** The next bytes, in pieces of any length. */
  update(bytes: Uint8Array): void;
  /** 32 bytes for each chunk, in order. Ends the digester: call it once. */
  digests(): Uint8Array;
}

/** Begins a list of the BLAKE3-256 digests of chunks of `chunkBytes`; the last one may be shorter. Of no bytes there is none. */
export function chunkDigester(chunkBytes: number): ChunkDigester {
  const digests: Buffer[] = [];
  let begun = createContentHasher();
  let length = 0;
  const end = (hex: string): void => void digests.push(Buffer.from(hex, "hex"));

  return {
    update(bytes) {
      for (let at = 0; at < bytes.byteLength; ) {
        const piece = bytes.subarray(at, at + chunkBytes - length);
        at += piece.byteLength;
        if (piece.byteLength === chunkBytes) {
          end(contentDigest(piece));
          continue;
        }
        begun.update(piece);
        length += piece.byteLength;
        if (length < chunkBytes) continue;
        end(begun.digest());
        begun = createContentHasher();
        length = 0;
      }
    },
    digests() {
      if (length > 0) end(begun.digest());
      return Buffer.concat(digests);
    },
  };
}
