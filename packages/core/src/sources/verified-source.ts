import type { BlobRecord } from "../blob-record.js";
import { type Awaitable, type BlobSource, checkRange } from "../blob-source.js";
import { verifyChecksum } from "../checksum/checksum.js";
import { chunkBytes } from "../checksum/chunk-digests.js";
import { findDamagedChunk, widenToChunks } from "../checksum/scattered-chunks.js";
import type { Xxhash } from "../checksum/xxhash.js";
import { DamagedBlobError } from "../errors.js";
import { scatterBytes, totalBytes } from "./scattered.js";

/** What {@link verifiedSource} needs. */
export interface VerifiedSourceOptions {
  /** Where the bytes come from, unchecked. */
  readonly source: BlobSource;
  /** The record stored with the bytes: `byteLength` and `checksum` are held against them. */
  readonly record: BlobRecord;
  readonly xxhash: Xxhash;
  /** The blob in words, the subject of the error's message, such as `The blob under 'prices'`. */
  readonly describe: string;
  /**
   * `chunkDigests` of the whole blob, asked for once, at the first read of a part. Without them, or when they are
   * `undefined`, a read of a part reads and checks the whole blob once and keeps it.
   */
  loadChunkDigests?(): Awaitable<Uint8Array | undefined>;
}

/**
 * A source that checks what it returns: a read of the whole blob against the record's checksum, a read of a part
 * against the digests of the 64 KiB chunks it touches. `readInto` checks the bytes where they were read to, always as parts.
 *
 * Reading throws {@link DamagedBlobError} when the bytes are not those that were stored. `slice` answers a
 * read of the whole without a promise where the underlying source does.
 */
export function verifiedSource(options: VerifiedSourceOptions): BlobSource {
  const { source, record, xxhash } = options;
  const { byteLength } = record;
  let digests: Promise<Uint8Array | undefined> | undefined;
  let whole: Promise<Uint8Array> | undefined;

  function damaged(reason: string): DamagedBlobError {
    return new DamagedBlobError(options.describe, { reason, checksum: record.checksum, byteLength });
  }

  function checkWhole(bytes: Uint8Array): Uint8Array {
    if (bytes.byteLength !== byteLength) throw damaged(`it has ${bytes.byteLength} bytes instead of ${byteLength}`);
    if (!verifyChecksum(bytes, record.checksum, xxhash)) throw damaged("its bytes do not meet their checksum");
    return bytes;
  }

  function readWhole(): Awaitable<Uint8Array> {
    if (source.byteLength !== byteLength) throw damaged(`it has ${source.byteLength} bytes instead of ${byteLength}`);
    const bytes = source.slice(0, byteLength);
    return bytes instanceof Promise ? bytes.then(checkWhole) : checkWhole(bytes);
  }

  async function digestsOnce(): Promise<Uint8Array | undefined> {
    digests ??= asPromise(() => options.loadChunkDigests?.());
    digests.catch(() => {
      digests = undefined; // a failed read is tried again by the next
    });
    const loaded = await digests;
    if (loaded !== undefined && source.byteLength !== byteLength) {
      throw damaged(`it has ${source.byteLength} bytes instead of ${byteLength}`);
    }
    return loaded;
  }

  async function checkChunks(pieces: readonly Uint8Array[], firstChunk: number, expected: Uint8Array): Promise<void> {
    const chunk = await findDamagedChunk(pieces, firstChunk, expected, xxhash);
    if (chunk === undefined) return;
    const start = chunk * chunkBytes;
    throw damaged(`bytes ${start}…${Math.min(start + chunkBytes, byteLength)} do not meet their digest`);
  }

  async function readPart(start: number, end: number): Promise<Uint8Array> {
    const expected = await digestsOnce();
    // A copy: the kept bytes serve later reads, and nobody may overwrite what those return.
    if (expected === undefined) return new Uint8Array((await wholeOnce()).subarray(start, end));
    const firstChunk = Math.floor(start / chunkBytes);
    const runStart = firstChunk * chunkBytes;
    const runEnd = Math.min(Math.ceil(end / chunkBytes) * chunkBytes, byteLength);
    const run = await source.slice(runStart, runEnd);
    if (run.byteLength !== runEnd - runStart) {
      throw damaged(`a read of bytes ${runStart}…${runEnd} returned ${run.byteLength}`);
    }
    await checkChunks([run], firstChunk, expected);
    return run.subarray(start - runStart, end - runStart);
  }

  async function readPartInto(start: number, end: number, targets: readonly Uint8Array[]): Promise<void> {
    const expected = await digestsOnce();
    if (expected === undefined) return scatterBytes(await wholeOnce(), start, targets);
    // Copying few bytes costs less than what a scattered read of whole chunks does besides.
    if (end - start < chunkBytes || source.readInto === undefined) {
      return scatterBytes(await readPart(start, end), 0, targets);
    }
    const widened = widenToChunks(start, targets, byteLength);
    await source.readInto(widened.start, widened.pieces);
    await checkChunks(widened.pieces, widened.firstChunk, expected);
  }

  function wholeOnce(): Promise<Uint8Array> {
    whole ??= asPromise(readWhole);
    whole.catch(() => {
      whole = undefined;
    });
    return whole;
  }

  return {
    byteLength,
    blockBytes: chunkBytes,
    slice(start, end = byteLength) {
      checkRange(start, end, byteLength);
      if (start === 0 && end === byteLength) return readWhole();
      if (start === end) return new Uint8Array(0);
      return readPart(start, end);
    },
    readInto(start, targets) {
      const end = start + totalBytes(targets);
      checkRange(start, end, byteLength);
      return start === end ? undefined : readPartInto(start, end, targets);
    },
  };
}

async function asPromise<T>(read: () => Awaitable<T>): Promise<T> {
  return read();
}
