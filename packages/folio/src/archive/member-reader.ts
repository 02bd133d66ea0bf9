/** Bytes that are taken in exact amounts, or as they come. */
export interface MemberReader {
  /** The next `length` bytes; fewer where they end. */
  take(length: number): Promise<Uint8Array>;
  /** The next `length` bytes as they come; ends early where they end. */
  stream(length: number): AsyncGenerator<Uint8Array>;
  /** Stops, without reading the rest. */
  close(): Promise<void>;
}

/** Reads a stream of bytes member by member. No more than a chunk of it is held. */
export function memberReader(chunks: AsyncIterable<Uint8Array>): MemberReader {
  const iterator = chunks[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array(0);

  async function* stream(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      if (held.byteLength === 0) {
        const next = await iterator.next();
        if (next.done === true) return;
        held = next.value;
        continue;
      }
      const part = held.subarray(0, Math.min(left, held.byteLength));
      held = held.subarray(part.byteLength);
      left -= part.byteLength;
      yield part;
    }
  }

  return {
    stream,
    async take(length) {
      const parts: Uint8Array[] = [];
      for await (const part of stream(length)) parts.push(part);
      return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    },
    async close() {
      await iterator.return?.();
    },
  };
}
