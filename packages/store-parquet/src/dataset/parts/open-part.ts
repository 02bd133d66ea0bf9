import { close, fstat, open, read } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CacheCorruptionError, chunkBytes, loadXxhash, verifyChunks } from "@larder/core";
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
  let opening: Promise<number> | undefined;
  let isClosed = false;
  let underWay = 0;
  let idle: (() => void) | undefined;

  const openOnce = async (): Promise<number> => {
    if (!isPartName(record.name)) throw new CacheCorruptionError(path, "its name is not that of a part");
    if (digests.byteLength !== verified.length * 8)
      throw new CacheCorruptionError(path, "its digests are not as many as its chunks");
    const descriptor = await openAsync(path, "r");
    try {
      const { size } = await fstatAsync(descriptor);
      if (size !== byteLength) throw new CacheCorruptionError(path, `it has ${size} bytes instead of ${byteLength}`);
      return descriptor;
    } catch (error) {
      await closeAsync(descriptor);
      throw error;
    }
  };
  const opened = (): Promise<number> => {
    opening ??= openOnce().catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };

  const readVerified = async (start: number, end: number, memory: ReadMemory | undefined): Promise<Uint8Array> => {
    const first = Math.floor(start / chunkBytes);
    const last = Math.ceil(end / chunkBytes);
    const xxhash = await loadXxhash();
    const descriptor = await opened();
    const unverified = verified.subarray(first, last).includes(0);
    const from = unverified ? first * chunkBytes : start;
    const to = unverified ? Math.min(last * chunkBytes, byteLength) : end;
    const bytes = memoryFor(memory, to - from);
    await readFully(descriptor, path, bytes, from);
    for (let chunk = first; unverified && chunk < last; chunk++) {
      if (verified[chunk] === 1) continue;
      const at = chunk * chunkBytes - from;
      if (!verifyChunks(bytes.subarray(at, at + chunkBytes), chunk, digests, xxhash))
        throw new CacheCorruptionError(path, `its bytes from ${chunk * chunkBytes} on are not what was written`);
      verified[chunk] = 1;
    }
    return bytes.subarray(start - from, end - from);
  };

  const readBytes: OpenPart["read"] = async (start, end, memory) => {
    if (isClosed) throw partClosed(path);
    underWay++;
    try {
      return await readingPart(path, () => readVerified(start, end, memory));
    } finally {
      underWay--;
      if (underWay === 0) idle?.();
    }
  };

  return {
    record,
    path,
    file: openedFile({ byteLength, slice: (start, end = byteLength) => readBytes(start, end) }),
    read: readBytes,
    async close() {
      if (isClosed) return;
      isClosed = true;
      if (underWay > 0) await new Promise<void>((resolve) => (idle = resolve));
      const descriptor = await opening?.catch(() => undefined);
      if (descriptor !== undefined) await closeAsync(descriptor);
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

/** Promises of one small step each: the promise that `promisify` makes of `read` allocates more. */
async function readFully(descriptor: number, path: string, target: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < target.byteLength; ) {
    const count = await new Promise<number>((resolve, reject) => {
      read(descriptor, target, at, Math.min(target.byteLength - at, 2 ** 30), position + at, (error, bytesRead) =>
        error ? reject(error) : resolve(bytesRead),
      );
    });
    if (count === 0) throw new CacheCorruptionError(path, `it ends at byte ${position + at}`);
    at += count;
  }
}
