/** Pieces of any size, handed on as blocks, so that hashing and writing are called seldom. */
export interface BlockSink {
  readonly length: number;
  /** The bytes so far; only where they are kept. A view into memory that nobody else has. */
  bytes(): Uint8Array;
  add(piece: Uint8Array): Promise<void>;
  /** Adds a piece that was taken already, by an earlier try. */
  resume(piece: Uint8Array): void;
  /** Hands on what is left. */
  flush(): Promise<void>;
  /** Forgets everything. */
  restart(): void;
}

export interface BlockSinkOptions {
  /** Called with each block in turn; its memory is overwritten once the promise is settled, unless bytes are kept. */
  readonly take: (block: Uint8Array, at: number) => Promise<void> | undefined;
  /** Keep all bytes in memory. */
  readonly keeps: boolean;
  /** What is to come; a hint. */
  readonly expectedBytes: number | undefined;
}

/** Large enough to make calls cheap, small enough for the processor's caches. */
const blockBytes = 1 << 20;
/** No announcement makes us take more memory at once. */
const largestFirstBuffer = 1 << 28;

export function blockSink({ take, keeps, expectedBytes = 0 }: BlockSinkOptions): BlockSink {
  let memory = Buffer.allocUnsafeSlow(
    keeps ? Math.max(Math.min(expectedBytes, largestFirstBuffer), 1 << 16) : blockBytes,
  );
  // Where bytes are kept, memory[0] is byte 0 of all; otherwise it is the first byte of the block.
  let [length, taken] = [0, 0];

  async function flush(): Promise<void> {
    if (length === taken) return;
    const at = taken;
    const block = keeps ? memory.subarray(at, length) : memory.subarray(0, length - at);
    taken = length;
    await take(block, at);
  }

  function grow(needed: number): void {
    if (!keeps || needed <= memory.byteLength) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, memory.byteLength * 2));
    larger.set(memory.subarray(0, length));
    memory = larger;
  }

  return {
    get length() {
      return length;
    },
    bytes: () => new Uint8Array(memory.buffer, memory.byteOffset, length),
    async add(piece) {
      grow(length + piece.byteLength);
      for (let done = 0; done < piece.byteLength; ) {
        const count = Math.min(piece.byteLength - done, blockBytes - (length - taken));
        memory.set(piece.subarray(done, done + count), keeps ? length : length - taken);
        length += count;
        done += count;
        if (length - taken === blockBytes) await flush();
      }
    },
    flush,
    resume(piece) {
      grow(length + piece.byteLength);
      if (keeps) memory.set(piece, length);
      length += piece.byteLength;
      taken = length;
    },
    restart() {
      length = 0;
      taken = 0;
    },
  };
}
