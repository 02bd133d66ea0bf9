import { closeSync, constants, fstatSync, openSync, read, readSync } from "node:fs";
import { promisify } from "node:util";
import {
  type BlobRecord,
  type BlobSource,
  checkRange,
  DamagedBlobError,
  LarderError,
  type StoredBlob,
  verifiedSource,
  type Xxhash,
} from "@larder/core";

const readAsync = promisify(read);

/** Up to this many bytes are read without giving the event loop away: from the page cache that takes microseconds. */
const atOnceBytes = 256 * 1024;

/** One system call reads at most this much: Linux stops short of 2 GiB. */
const readLimitBytes = 1 << 30;

/** Closes what was forgotten to be closed. */
const forgotten = new FinalizationRegistry<Descriptor>((descriptor) => descriptor.close());

interface Descriptor {
  readonly file: number;
  whenClosed(action: () => void): void;
  close(): void;
}

/** What {@link openFileBlob} needs besides the path. */
export interface FileBlobOptions {
  readonly record: BlobRecord;
  readonly xxhash: Xxhash;
  /** The blob in words, for messages. */
  readonly describe: string;
  readonly loadChunkDigests: () => Uint8Array | undefined;
  /** Called once, when the bytes prove damaged; `inode` is that of the file that is open. */
  readonly onDamaged: (error: DamagedBlobError, inode: number) => Promise<void>;
  /** Called when the file is open. @returns what is called when it is closed, also when that was forgotten */
  readonly onOpened: () => () => void;
}

/**
 * Opens the file of a blob. It stays readable until closed, even when it is unlinked.
 *
 * @throws DamagedBlobError when it is no regular file or has another length; the errors of `open` as they are
 */
export function openFileBlob(path: string, options: FileBlobOptions): StoredBlob {
  const { record } = options;
  const descriptor = openDescriptor(path);
  let inode: number;
  try {
    const stats = fstatSync(descriptor.file);
    inode = stats.ino;
    const reason = stats.isFile() ? lengthDamage(stats.size, record.byteLength) : "it is no regular file";
    if (reason !== undefined) throw new DamagedBlobError(options.describe, { path, reason, inode });
  } catch (error) {
    descriptor.close();
    throw error;
  }
  descriptor.whenClosed(options.onOpened());
  let reading = 0;
  let closed = false;
  let readingDone: (() => void) | undefined;
  const raw: BlobSource = {
    byteLength: record.byteLength,
    async slice(start, end = record.byteLength) {
      if (closed) throw closedError(path);
      reading++;
      try {
        return await readRange(descriptor.file, path, start, end);
      } finally {
        if (--reading === 0) readingDone?.();
      }
    },
  };
  const checked = verifiedSource({ ...options, source: raw });
  const close = async () => {
    if (closed) return;
    closed = true;
    forgotten.unregister(source);
    // A descriptor that is closed while it is read may be another file by the time the read begins.
    if (reading > 0)
      await new Promise<void>((resolve) => {
        readingDone = resolve;
      });
    descriptor.close();
  };
  let told: Promise<void> | undefined;
  const source: BlobSource = {
    byteLength: record.byteLength,
    exclusive: true, // every read has memory of its own
    async slice(start, end = record.byteLength) {
      checkRange(start, end, record.byteLength);
      try {
        return await checked.slice(start, end);
      } catch (error) {
        if (LarderError.isInstance(error, "damaged-blob")) {
          told ??= options.onDamaged(error as DamagedBlobError, inode);
          await told;
        }
        throw error;
      }
    },
  };
  forgotten.register(source, descriptor, source);
  return { record, source, verified: true, close, [Symbol.asyncDispose]: close };
}

function openDescriptor(path: string): Descriptor {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  let open = true;
  let closed = () => {};
  return {
    file,
    whenClosed(action) {
      closed = action;
    },
    close() {
      if (!open) return;
      open = false;
      closeSync(file);
      closed();
    },
  };
}

async function readRange(file: number, path: string, start: number, end: number): Promise<Uint8Array> {
  // Not from Node's pool of buffers: who gets these bytes may keep them, or hand their memory on.
  const memory = Buffer.allocUnsafeSlow(end - start);
  for (let at = 0; at < memory.byteLength; ) {
    const length = Math.min(memory.byteLength - at, readLimitBytes);
    const bytesRead =
      memory.byteLength <= atOnceBytes
        ? readSync(file, memory, at, length, start + at)
        : (await readAsync(file, memory, at, length, start + at)).bytesRead;
    if (bytesRead === 0)
      throw new DamagedBlobError(`The file ${path}`, { path, reason: `it ends at byte ${start + at}` });
    at += bytesRead;
  }
  return new Uint8Array(memory.buffer, memory.byteOffset, memory.byteLength);
}

function lengthDamage(actual: number, expected: number): string | undefined {
  return actual === expected ? undefined : `it has ${actual} bytes instead of ${expected}`;
}

function closedError(path: string): LarderError {
  return new LarderError(`The blob in ${path} was closed and can't be read any more. Read it before closing it.`, {
    code: "blob-closed",
    facts: { path },
  });
}
