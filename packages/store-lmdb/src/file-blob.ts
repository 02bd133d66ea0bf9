import { closeSync, constants, fstatSync, openSync } from "node:fs";
import {
  type Awaitable,
  type BlobRecord,
  type BlobSource,
  chunkBytes,
  DamagedBlobError,
  LarderError,
  readFileInto,
  readsUnderWay,
  type StoredBlob,
  totalBytes,
  verifiedSource,
  type Xxhash,
} from "@larder/core";

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
  const reads = readsUnderWay();
  let closed = false;
  const fill = async (start: number, end: number, targets: readonly Uint8Array[]): Promise<void> => {
    const count = await readFileInto(descriptor.file, start, targets, true);
    if (count < end - start)
      throw new DamagedBlobError(`The file ${path}`, { path, reason: `it ends at byte ${start + count}` });
  };
  const raw: BlobSource = {
    byteLength: record.byteLength,
    async slice(start, end = record.byteLength) {
      // Not from Node's pool of buffers: who gets these bytes may keep them, or hand their memory on.
      const bytes = new Uint8Array(Buffer.allocUnsafeSlow(end - start).buffer);
      await fill(start, end, [bytes]);
      return bytes;
    },
    readInto: (start, targets) => fill(start, start + totalBytes(targets), targets),
  };
  const checked = verifiedSource({ ...options, source: raw });
  const close = async () => {
    if (closed) return;
    closed = true;
    forgotten.unregister(source);
    await reads.ended();
    descriptor.close();
  };
  let told: Promise<void> | undefined;
  const whileOpen = async <Result>(read: () => Awaitable<Result>): Promise<Result> => {
    if (closed) throw closedError(path);
    try {
      return await reads.during(read);
    } catch (error) {
      if (LarderError.isInstance(error, "damaged-blob")) {
        told ??= options.onDamaged(error as DamagedBlobError, inode);
        await told;
      }
      throw error;
    }
  };
  const source: BlobSource = {
    byteLength: record.byteLength,
    blockBytes: chunkBytes,
    exclusive: true, // every read has memory of its own
    slice: (start, end) => whileOpen(() => checked.slice(start, end)),
    readInto: (start, targets) => whileOpen(() => checked.readInto!(start, targets)),
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

function lengthDamage(actual: number, expected: number): string | undefined {
  return actual === expected ? undefined : `it has ${actual} bytes instead of ${expected}`;
}

function closedError(path: string): LarderError {
  return new LarderError(`The blob in ${path} was closed and can't be read any more. Read it before closing it.`, {
    code: "blob-closed",
    facts: { path },
  });
}
