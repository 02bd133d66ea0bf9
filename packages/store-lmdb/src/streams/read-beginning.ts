/** The beginning of a stream of bytes. */
export interface Beginning {
  /** All of it where `rest` is absent; nothing otherwise. */
  readonly bytes: Uint8Array;
  /** The whole stream, from its first byte: it is longer than the limit. */
  readonly rest: AsyncIterable<Uint8Array> | undefined;
}

/** Reads a stream until it ends, or proves longer than so many bytes. */
export async function readBeginning(chunks: AsyncIterable<Uint8Array>, limitBytes: number): Promise<Beginning> {
  const iterator = chunks[Symbol.asyncIterator]();
  const parts: Uint8Array[] = [];
  let byteLength = 0;
  while (byteLength <= limitBytes) {
    const { done, value } = await iterator.next();
    if (done) return { bytes: new Uint8Array(Buffer.concat(parts)), rest: undefined };
    // Copied: its owner may use it again.
    parts.push(new Uint8Array(value));
    byteLength += value.byteLength;
  }
  return { bytes: new Uint8Array(0), rest: whole(parts, iterator) };
}

async function* whole(parts: Uint8Array[], iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let ended = false;
  try {
    while (parts.length > 0) yield parts.shift()!;
    for (;;) {
      const { done, value } = await iterator.next();
      ended = done === true;
      if (ended) return;
      yield value;
    }
  } catch (error) {
    ended = true;
    throw error;
  } finally {
    // Whoever stops reading early lets the source close what it holds.
    if (!ended) await iterator.return?.();
  }
}
