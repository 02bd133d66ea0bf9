import type { FileHandle } from "node:fs/promises";

/** Pieces that are handed to the file system at once: the kernel takes no more than 1,024. */
const mostPieces = 1000;

/** Bytes that are handed to the file system at once, about. */
const mostBytes = 2 ** 24;

/** Pieces grouped into writes of a size that the file system takes. */
export function* writesOf(pieces: readonly Uint8Array[]): Generator<Uint8Array[], void, undefined> {
  let group: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    group.push(piece);
    bytes += piece.byteLength;
    if (group.length < mostPieces && bytes < mostBytes) continue;
    yield group;
    group = [];
    bytes = 0;
  }
  if (group.length > 0) yield group;
}

/** Writes all of some pieces where the file ends, without joining them. Returns how many bytes they are. */
export async function writePieces(handle: FileHandle, pieces: readonly Uint8Array[]): Promise<number> {
  let rest = pieces;
  let total = 0;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest);
    if (bytesWritten === 0) throw new Error("the file system takes no more bytes");
    total += bytesWritten;
    rest = restOf(rest, bytesWritten);
  }
  return total;
}

/** What is left of pieces of which so many bytes are done. */
export function restOf(pieces: readonly Uint8Array[], done: number): Uint8Array[] {
  let left = done;
  let first = 0;
  while (first < pieces.length && left >= pieces[first]!.byteLength) left -= pieces[first++]!.byteLength;
  const rest = pieces.slice(first);
  if (left > 0) rest[0] = rest[0]!.subarray(left);
  return rest;
}
