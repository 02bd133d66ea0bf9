import { randomBytes } from "node:crypto";
import { type FileHandle, open, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LarderError } from "@larder/core";
import type { Table } from "apache-arrow";
import { type ArrowLikeTable, isArrowLikeTable } from "../arrow/arrow-like.js";
import type { BatchStream } from "./batch-stream.js";
import { tableParts } from "./encode-parquet.js";
import { streamParts, type WriteParquetOptions } from "./write-parquet.js";
import { pieceWriter } from "./write-pieces.js";

/** What {@link writeParquetFile} wrote. */
export interface WrittenParquetFile {
  readonly rows: number;
  readonly columns: number;
  readonly byteLength: number;
}

/** How a file is written. */
export interface WriteParquetFileOptions extends WriteParquetOptions {
  /**
   * Whether the file is on disk, and its name too, before the call returns, so that it outlives a loss of power; default `true`. It
   * appears whole or not at all either way.
   */
  readonly sync?: boolean;
}

/**
 * Writes a table, or a stream of Arrow batches, to a Parquet file, all or nothing: to a temporary file `.larder-….tmp` in the same
 * directory, which takes the path's place once everything is written. Of a table the memory itself is handed to the file system, without
 * a copy, and a column without nulls is REQUIRED, as {@link encodeParquet} has it. A stream that throws, an aborting signal or a full
 * disk leaves neither the temporary file nor a change at the path; a process that is killed may leave the temporary file.
 *
 * @throws LarderError those of {@link encodeParquet} and {@link writeParquet}; `disk-full`; `write-failed` when the file system refuses
 *   otherwise
 */
export async function writeParquetFile(
  path: string,
  source: Table | ArrowLikeTable | BatchStream,
  options: WriteParquetFileOptions = {},
): Promise<WrittenParquetFile> {
  const { signal, sync = true } = options;
  // A link stays one: what it points at is replaced.
  const target = await realpath(path).catch(() => path);
  const temporary = join(dirname(target), `.larder-${randomBytes(8).toString("hex")}.tmp`);
  const size = { rows: 0, columns: 0 };
  const parts = isArrowLikeTable(source) ? tableParts(source, options, size) : streamParts(source, options, size);
  const handle = await touching(path, () => open(temporary, "wx", 0o666));
  try {
    const writer = pieceWriter(handle);
    let byteLength = 0;
    try {
      for await (const some of parts) {
        signal?.throwIfAborted();
        await touching(path, () => writer.add(some));
      }
      byteLength = await touching(path, () => writer.end());
      if (sync) await touching(path, () => handle.sync());
    } finally {
      await writer.settle();
      await handle.close();
    }
    signal?.throwIfAborted();
    await touching(path, () => rename(temporary, target));
    if (sync) await touching(path, () => syncDirectory(dirname(target)));
    return { ...size, byteLength };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Runs a step on the file system; what it throws becomes a {@link LarderError}. */
export async function touching<Result>(path: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (cause) {
    const { code = "unknown", message } = cause as NodeJS.ErrnoException;
    const isFull = code === "ENOSPC" || code === "EDQUOT";
    throw new LarderError(
      isFull
        ? `There is no room on the disk to write ${JSON.stringify(path)}. Nothing was changed; make room and try again.`
        : `Writing ${JSON.stringify(path)} failed: ${message}.`,
      { code: isFull ? "disk-full" : "write-failed", facts: { path, reason: code }, cause },
    );
  }
}

/** Makes the new name last. Windows can't do that for a directory, and does not need it. */
export async function syncDirectory(path: string): Promise<void> {
  let handle: FileHandle;
  try {
    handle = await open(path, "r");
  } catch (error) {
    if (process.platform === "win32") return;
    throw error;
  }
  try {
    await handle.sync();
  } catch (error) {
    if (process.platform !== "win32") throw error;
  } finally {
    await handle.close();
  }
}
