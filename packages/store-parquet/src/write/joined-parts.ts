/** Parts laid side by side in memory of their own. */
export function joinedParts(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return joined;
}

/** Bytes of a chunk of a stream, about. */
const chunkBytes = 2 ** 20;

/** The same bytes in chunks of about 1 MiB, each in memory of its own. */
export function* chunksOfParts(parts: readonly Uint8Array[]): Generator<Uint8Array, void, undefined> {
  let pending: Uint8Array[] = [];
  let size = 0;
  for (const part of parts) {
    pending.push(part);
    size += part.byteLength;
    if (size < chunkBytes) continue;
    yield joinedParts(pending);
    pending = [];
    size = 0;
  }
  if (size > 0) yield joinedParts(pending);
}
