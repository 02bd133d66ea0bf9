import { checksumOf, chunkBytes, chunkDigests, createContentHasher, type Xxhash } from "@larder/core";

/** The key of a file's digest over itself, in the metadata of its footer. */
export const sealKey = "larder:seal";

/** Stands for the digest while it is made. */
export const openSeal = "0".repeat(16);

/** How the digest stands in the footer: the key, then, in Thrift's compact form, field 2 and the length 16. */
const mark = Buffer.concat([Buffer.from(sealKey), Uint8Array.of(0x18, 16)]);

/** What is known of a file once it is whole. */
export interface SealedFile {
  readonly byteLength: number;
  /** As `checksumOf` of core makes it. */
  readonly checksum: string;
  /** As `chunkDigests` of core makes them. */
  readonly chunkDigests: Uint8Array;
}

/** Digests a file as it is written, and seals its end. */
export interface FileSealer {
  /** Takes the next bytes; gives back those that may go into the file, whole chunks. */
  add(parts: readonly Uint8Array[]): Uint8Array[];
  /** Takes the last bytes, with the footer. They are sealed, and with what was held back they are the rest of the file. */
  seal(parts: readonly Uint8Array[]): SealedFile & { readonly rest: Uint8Array };
}

/** Bytes are digested, and go out, in pieces of so many at least. */
const pieceBytes = 16 * chunkBytes;

/**
 * The seal is the xxh64 of the digests of all chunks, as 16 hexadecimal digits; where it stands itself, zeros count. So a file tells alone
 * whether it is what was written, though whatever knew its digests was lost.
 */
export function fileSealer(xxhash: Xxhash): FileSealer {
  const hasher = createContentHasher();
  const digests: Uint8Array[] = [];
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  let before = 0;
  const hold = (parts: readonly Uint8Array[]): void => {
    for (const part of parts) {
      held.push(part);
      heldBytes += part.byteLength;
    }
  };
  return {
    add(parts) {
      hold(parts);
      if (heldBytes < pieceBytes) return [];
      const joined = Buffer.concat(held);
      const whole = joined.byteLength - (joined.byteLength % chunkBytes);
      const piece = joined.subarray(0, whole);
      held = [joined.subarray(whole)];
      heldBytes -= whole;
      before += whole;
      digests.push(chunkDigests(piece, xxhash));
      hasher.update(piece);
      return [piece];
    },
    seal(parts) {
      hold(parts);
      const rest = Buffer.concat(held);
      const at = sealAt(rest);
      if (at === undefined) throw new Error("The footer of a part has no place for its seal.");
      const open = Buffer.concat([...digests, chunkDigests(rest, xxhash)]);
      rest.write(sealOf(open, xxhash), at, "latin1");
      digests.push(chunkDigests(rest, xxhash));
      if (before > 0) hasher.update(rest);
      const checksum = before === 0 ? checksumOf(rest, xxhash) : `blake3:${hasher.digest()}`;
      return {
        byteLength: before + rest.byteLength,
        checksum,
        chunkDigests: new Uint8Array(Buffer.concat(digests)),
        rest,
      };
    },
  };
}

/** Whether a whole file is what was sealed. */
export function isSealed(bytes: Uint8Array, xxhash: Xxhash): boolean {
  const at = sealAt(bytes);
  if (at === undefined) return false;
  const open = Buffer.from(bytes);
  const found = open.toString("latin1", at, at + openSeal.length);
  open.write(openSeal, at, "latin1");
  return found === sealOf(chunkDigests(open, xxhash), xxhash);
}

function sealAt(bytes: Uint8Array): number | undefined {
  const found = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).lastIndexOf(mark);
  const at = found + mark.byteLength;
  return found < 0 || at + openSeal.length > bytes.byteLength ? undefined : at;
}

function sealOf(digests: Uint8Array, xxhash: Xxhash): string {
  return xxhash.hash64(digests).toString(16).padStart(16, "0");
}
