import type { FileHandle } from "node:fs/promises";

/** Pieces that are handed to the file system at once: the kernel takes no more than 1,024. */
const mostPieces = 1000;

/** Bytes that are handed to the file system at once, about: enough for a call, few enough to write while more are made. */
const enoughBytes = 2 ** 22;

/** Writes pieces to a file in order while more of them are made. */
export interface PieceWriter {
  /** Takes more pieces, not to be changed from then on. Waits where an earlier write is still under way. @throws what that threw */
  add(pieces: readonly Uint8Array[]): Promise<void>;
  /** Writes all that was added. Returns how many bytes that is. @throws what a write threw */
  end(): Promise<number>;
  /** Waits for the write that is under way, if any, however it ends: the file may then be closed. */
  settle(): Promise<void>;
}

/** Writes pieces where the file ends. One write is under way at most; what comes meanwhile is kept for the next. */
export function pieceWriter(handle: FileHandle): PieceWriter {
  let kept: Uint8Array[] = [];
  let keptBytes = 0;
  let written = 0;
  let underWay = Promise.resolve();
  const write = async (pieces: readonly Uint8Array[]): Promise<void> => {
    written += await writePieces(handle, pieces);
  };
  const flush = async (): Promise<void> => {
    await underWay;
    underWay = write(kept);
    // It is thrown to who waits for it; until then nobody does.
    underWay.catch(() => {});
    kept = [];
    keptBytes = 0;
  };
  return {
    async add(pieces) {
      for (const piece of pieces) {
        kept.push(piece);
        keptBytes += piece.byteLength;
        if (kept.length === mostPieces || keptBytes >= enoughBytes) await flush();
      }
    },
    async end() {
      await flush();
      await underWay;
      return written;
    },
    settle: () => underWay.catch(() => {}),
  };
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
