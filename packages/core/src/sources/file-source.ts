import { type FileHandle, open } from "node:fs/promises";
import { type BlobSource, checkRange } from "../blob-source.js";
import { DamagedBlobError } from "../errors.js";

/** A source that holds a file open. */
export interface FileSource extends BlobSource {
  slice(start: number, end?: number): Promise<Uint8Array>;
  /** Closes the file; reading afterwards fails. Closing twice does nothing. */
  close(): Promise<void>;
}

/** One system call reads at most this much: Linux stops short of 2 GiB. */
const readBytes = 1 << 30;

/**
 * Opens a file as a source. It is read by position, so reads may overlap; every read is complete. The file is held by
 * its descriptor: on POSIX it stays readable after it was unlinked or replaced by renaming.
 *
 * A file that has become shorter since it was opened is a {@link DamagedBlobError} when the missing part is read.
 *
 * @throws the error of the file system (`ENOENT`, `EACCES`, …) when the file can't be opened
 */
export async function openFileSource(path: string | URL): Promise<FileSource> {
  const file = await open(path, "r");
  let byteLength: number;
  try {
    byteLength = (await file.stat()).size;
  } catch (error) {
    await file.close();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    byteLength,
    async slice(start, end = byteLength) {
      checkRange(start, end, byteLength);
      return readFully(file, String(path), start, end);
    },
    close() {
      closing ??= file.close();
      return closing;
    },
  };
}

async function readFully(file: FileHandle, path: string, start: number, end: number): Promise<Uint8Array> {
  // Not from Node's pool of buffers: who gets these bytes may keep them, or hand their memory on.
  const memory = Buffer.allocUnsafeSlow(end - start);
  for (let at = 0; at < memory.byteLength; ) {
    const { bytesRead } = await file.read(memory, at, Math.min(memory.byteLength - at, readBytes), start + at);
    if (bytesRead === 0) {
      const reason = `it ends at byte ${start + at}, before byte ${end}`;
      throw new DamagedBlobError(`The file ${path}`, { path, reason });
    }
    at += bytesRead;
  }
  return new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength);
}
