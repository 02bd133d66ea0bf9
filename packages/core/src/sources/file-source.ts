import { open } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Awaitable, type BlobSource, checkRange } from "../blob-source.js";
import { DamagedBlobError, LarderError } from "../errors.js";
import { isOnLocalDisk } from "./local-disk.js";
import { readFileInto } from "./read-file-into.js";
import { readsUnderWay } from "./reads-under-way.js";
import { totalBytes } from "./scattered.js";

/** A source that holds a file open. */
export interface FileSource extends BlobSource {
  readInto(start: number, targets: readonly Uint8Array[]): Awaitable<void>;
  /** Waits for reads under way, then closes the file; reading afterwards fails. Closing twice does nothing. */
  close(): Promise<void>;
}

/**
 * Opens a file as a source. It is read by position, so reads may overlap; every read is complete. Few bytes of a local file may come
 * without a promise. The file is held by its descriptor: on POSIX it stays readable after it was unlinked or replaced by renaming.
 *
 * A file that has become shorter since it was opened is a {@link DamagedBlobError} when the missing part is read; reading a closed
 * one is a LarderError `blob-closed`.
 *
 * @throws the error of the file system (`ENOENT`, `EACCES`, …) when the file can't be opened
 */
export async function openFileSource(path: string | URL): Promise<FileSource> {
  // The handle closes a file that was forgotten; its descriptor is read without the handle's own promises.
  const file = await open(path, "r");
  const name = typeof path === "string" ? path : fileURLToPath(path);
  let byteLength: number;
  let isLocal: boolean;
  try {
    const stats = await file.stat();
    byteLength = stats.size;
    isLocal = await isOnLocalDisk(name, stats.dev);
  } catch (error) {
    await file.close();
    throw error;
  }
  const reads = readsUnderWay();
  let closing: Promise<void> | undefined;

  function fill(start: number, end: number, targets: readonly Uint8Array[]): Awaitable<void> {
    if (closing !== undefined) throw closedError(name);
    const check = (count: number): void => {
      if (count === end - start) return;
      const reason = `it ends at byte ${start + count}, before byte ${end}`;
      throw new DamagedBlobError(`The file ${name}`, { path: name, reason });
    };
    const count = reads.during(() => readFileInto(file.fd, start, targets, isLocal));
    return count instanceof Promise ? count.then(check) : check(count);
  }

  return {
    byteLength,
    blockBytes: 4096,
    slice(start, end = byteLength) {
      checkRange(start, end, byteLength);
      // Not from Node's pool of buffers: who gets these bytes may keep them, or hand their memory on.
      const bytes = new Uint8Array(Buffer.allocUnsafeSlow(end - start).buffer);
      const filled = fill(start, end, [bytes]);
      return filled instanceof Promise ? filled.then(() => bytes) : bytes;
    },
    readInto(start, targets) {
      const end = start + totalBytes(targets);
      checkRange(start, end, byteLength);
      return fill(start, end, targets);
    },
    close() {
      closing ??= reads.ended().then(() => file.close());
      return closing;
    },
  };
}

function closedError(path: string): LarderError {
  return new LarderError(`The file ${path} was closed and can't be read any more. Read it before closing it.`, {
    code: "blob-closed",
    facts: { path },
  });
}
