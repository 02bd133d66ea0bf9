import { randomBytes } from "node:crypto";
import { type FileHandle, open, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LarderError } from "@larder/core";
import type { BatchStream } from "./batch-stream.js";
import { type WriteParquetOptions, writeParquet } from "./write-parquet.js";

/** What {@link writeParquetFile} wrote. */
export interface WrittenParquetFile {
  readonly rows: number;
  readonly columns: number;
  readonly byteLength: number;
}

/**
 * Writes a stream of Arrow batches to a Parquet file, all or nothing: to a temporary file `.larder-….tmp` in the same directory,
 * which takes the path's place once everything is on disk. A stream that throws, an aborting signal or a full disk leaves neither
 * the temporary file nor a change at the path; a process that is killed may leave the temporary file.
 *
 * @throws LarderError those of {@link writeParquet}; `disk-full`; `write-failed` when the file system refuses otherwise
 */
export async function writeParquetFile(
  path: string,
  stream: BatchStream,
  options: WriteParquetOptions = {},
): Promise<WrittenParquetFile> {
  // A link stays one: what it points at is replaced.
  const target = await realpath(path).catch(() => path);
  const temporary = join(dirname(target), `.larder-${randomBytes(8).toString("hex")}.tmp`);
  const { chunks, details } = writeParquet(stream, options);
  const handle = await touching(path, () => open(temporary, "wx", 0o666));
  try {
    let byteLength = 0;
    try {
      for await (const chunk of chunks) {
        await touching(path, () => handle.writeFile(chunk));
        byteLength += chunk.byteLength;
      }
      await touching(path, () => handle.sync());
    } finally {
      await handle.close();
    }
    options.signal?.throwIfAborted();
    await touching(path, () => rename(temporary, target));
    await touching(path, () => syncDirectory(dirname(target)));
    return { ...details(), byteLength };
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
