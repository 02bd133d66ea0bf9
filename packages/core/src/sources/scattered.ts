/** A place in bytes that lie in several memories, one after another. */
export interface PieceCursor {
  readonly pieces: readonly Uint8Array[];
  /** Which piece comes next, and how many bytes of it are taken. */
  index: number;
  offset: number;
}

/** A cursor at the beginning of the pieces. */
export function pieceCursor(pieces: readonly Uint8Array[]): PieceCursor {
  return { pieces, index: 0, offset: 0 };
}

/** Views of the bytes that come next, none of them empty, and moves past them. No views: the end. */
export function takePieces(
  cursor: PieceCursor,
  mostBytes: number,
  mostPieces = Number.POSITIVE_INFINITY,
): Uint8Array[] {
  const { pieces } = cursor;
  const taken: Uint8Array[] = [];
  let left = mostBytes;
  while (left > 0 && taken.length < mostPieces && cursor.index < pieces.length) {
    const piece = pieces[cursor.index]!;
    const from = cursor.offset;
    const to = Math.min(piece.byteLength, from + left);
    if (to > from) taken.push(from === 0 && to === piece.byteLength ? piece : piece.subarray(from, to));
    left -= to - from;
    cursor.offset = to;
    if (to < piece.byteLength) break;
    cursor.index++;
    cursor.offset = 0;
  }
  return taken;
}

/** Bytes that the pieces hold together. */
export function totalBytes(pieces: readonly Uint8Array[]): number {
  let total = 0;
  for (const piece of pieces) total += piece.byteLength;
  return total;
}

/** Fills the targets, one after another, with the bytes from `start` on. There must be as many as the targets hold. */
export function scatterBytes(bytes: Uint8Array, start: number, targets: readonly Uint8Array[]): void {
  let at = start;
  for (const target of targets) {
    target.set(bytes.subarray(at, at + target.byteLength));
    at += target.byteLength;
  }
}
