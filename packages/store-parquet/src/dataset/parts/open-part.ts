import { close, fstat, open } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  CacheCorruptionError,
  checkRange,
  chunkBytes,
  findDamagedChunk,
  isOnLocalDisk,
  loadXxhash,
  readFileInto,
  readsUnderWay,
  totalBytes,
  widenToChunks,
} from "@larder/core";
import { type OpenedFile, openedFile } from "../../read/opened-file.js";
import type { IdSet } from "../ids/id-set.js";
import type { PartRecord } from "../part-record.js";
import { partClosed, readingPart } from "./part-errors.js";
import { isPartName } from "./part-name.js";

/** What must be known of a part to read it. */
export type ReadablePart = Pick<PartRecord, "name" | "byteLength" | "chunkDigests"> & {
  readonly keys: Pick<IdSet, "size">;
};

/** A part whose file is opened when it is first read. What is read of it is what was written, or an error. */
export interface OpenPart {
  readonly record: ReadablePart;
  readonly path: string;
  /** The file as a Parquet file; its footer is read once. */
  readonly file: OpenedFile;
  /**
   * Bytes from `start` to `end`, verified: each chunk of 64 KiB the first time it is read.
   *
   * @param memory where to read them, grown as needed; the bytes are then good until it is used again. Absent: fresh memory.
   */
  read(start: number, end: number, memory?: ReadMemory): Promise<Uint8Array>;
  /** Waits for reads under way, then closes the file; reading afterwards fails. Closing twice does nothing. */
  close(): Promise<void>;
}

/** Memory that is read into again and again. */
export interface ReadMemory {
  bytes: Uint8Array;
}

interface OpenDescriptor {
  readonly descriptor: number;
  readonly isLocal: boolean;
}

const openAsync = promisify(open);
const closeAsync = promisify(close);
const fstatAsync = promisify(fstat);

/**
 * Opens a part. Errors come from reading:
 *
 * - CacheCorruptionError: the file is not what was written
 * - LarderError `part-gone`: there is no such file any more; `closed-part`; `read-failed`: the system refuses
 *
 * @param directory that of the dataset
 */
export function openPart(directory: string, record: ReadablePart): OpenPart {
  const path = join(directory, record.name);
  const { byteLength, chunkDigests: digests } = record;
  const verified = new Uint8Array(Math.ceil(byteLength / chunkBytes));
  const reads = readsUnderWay();
  let opening: Promise<OpenDescriptor> | undefined;
  let isClosed = false;

  const openOnce = async (): Promise<OpenDescriptor> => {
    if (!isPartName(record.name)) throw new CacheCorruptionError(path, "its name is not that of a part");
    if (digests.byteLength !== verified.length * 8)
      throw new CacheCorruptionError(path, "its digests are not as many as its chunks");
    const descriptor = await openAsync(path, "r");
    try {
      const { size, dev } = await fstatAsync(descriptor);
      if (size !== byteLength) throw new CacheCorruptionError(path, `it has ${size} bytes instead of ${byteLength}`);
      return { descriptor, isLocal: await isOnLocalDisk(path, dev) };
    } catch (error) {
      await closeAsync(descriptor);
      throw error;
    }
  };
  const opened = (): Promise<OpenDescriptor> => {
    opening ??= openOnce().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };

  const isVerified = (start: number, end: number): boolean =>
    !verified.subarray(Math.floor(start / chunkBytes), Math.ceil(end / chunkBytes)).includes(0);

  const fill = async (start: number, targets: readonly Uint8Array[]): Promise<void> => {
    const { descriptor, isLocal } = await opened();
    const count = await readFileInto(descriptor, start, targets, isLocal);
    if (count < totalBytes(targets)) throw new CacheCorruptionError(path, `it ends at byte ${start + count}`);
  };

  const fillVerified = async (start: number, pieces: readonly Uint8Array[]): Promise<void> => {
    const xxhash = await loadXxhash();
    await fill(start, pieces);
    const chunk = await findDamagedChunk(pieces, start / chunkBytes, digests, xxhash, verified);
    if (chunk !== undefined)
      throw new CacheCorruptionError(path, `its bytes from ${chunk * chunkBytes} on are not what was written`);
  };

  const readVerified = async (start: number, end: number, memory: ReadMemory | undefined): Promise<Uint8Array> => {
    const known = isVerified(start, end);
    const from = known ? start : Math.floor(start / chunkBytes) * chunkBytes;
    const to = known ? end : Math.min(Math.ceil(end / chunkBytes) * chunkBytes, byteLength);
    const bytes = memoryFor(memory, to - from);
    await (known ? fill(from, [bytes]) : fillVerified(from, [bytes]));
    return bytes.subarray(start - from, end - from);
  };

  const readVerifiedInto = async (start: number, targets: readonly Uint8Array[]): Promise<void> => {
    const end = start + totalBytes(targets);
    checkRange(start, end, byteLength);
    if (isVerified(start, end)) return fill(start, targets);
    const widened = widenToChunks(start, targets, byteLength);
    await fillVerified(widened.start, widened.pieces);
  };

  const whileOpen = async <Result>(read: () => Promise<Result>): Promise<Result> => {
    if (isClosed) throw partClosed(path);
    return reads.during(() => readingPart(path, read));
  };
  const readBytes: OpenPart["read"] = (start, end, memory) => whileOpen(() => readVerified(start, end, memory));

  return {
    record,
    path,
    file: openedFile(
      {
        byteLength,
        blockBytes: chunkBytes,
        slice: (start, end = byteLength) => readBytes(start, end),
        readInto: (start, targets) => whileOpen(() => readVerifiedInto(start, targets)),
      },
      // Little more than verifying both sides of a gap reads anyway.
      2 * chunkBytes,
    ),
    read: readBytes,
    async close() {
      if (isClosed) return;
      isClosed = true;
      await reads.ended();
      const file = await opening?.catch(() => undefined);
      if (file !== undefined) await closeAsync(file.descriptor);
    },
  };
}

function memoryFor(memory: ReadMemory | undefined, length: number): Uint8Array {
  // Not from Node's pool: who gets these bytes may keep them.
  if (!memory) return new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
  if (memory.bytes.byteLength < length)
    memory.bytes = new Uint8Array(Buffer.allocUnsafeSlow(length + (length >> 2)).buffer);
  return memory.bytes.subarray(0, length);
}
