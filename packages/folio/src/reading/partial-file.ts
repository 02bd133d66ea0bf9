import { constants, createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** What stands beside a partial file, so that the next process can go on with it. */
export interface PartialFacts {
  /** Of the remote object; without one nothing can be resumed. */
  readonly version: string | undefined;
  readonly totalBytes: number;
  /** Address of the object, without secrets. */
  readonly url: string;
}

/** A file that a download grows in. Only one writer has it: who holds the lease of its content. */
export interface PartialFile {
  readonly path: string;
  /** What an earlier process left: its facts and its length; `undefined` when there is nothing to go on with. */
  readonly found: (PartialFacts & { readonly byteLength: number }) | undefined;
  /** Hands every byte of the first `byteLength` to `update`. */
  reread(byteLength: number, update: (bytes: Uint8Array) => void): Promise<void>;
  write(bytes: Uint8Array, at: number): Promise<void>;
  /** Empties it, and notes what is to come. */
  begin(facts: PartialFacts): Promise<void>;
  /** Leaves it as it is. */
  close(): Promise<void>;
  /** Takes it away, unless it has been moved. */
  discard(): Promise<void>;
}

/** Opens a partial file, or makes it, with its folder. @throws the error of the file system */
export async function openPartialFile(path: string): Promise<PartialFile> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await openWithoutLinks(path);
  const sidecar = `${path}.json`;
  const { size } = await file.stat();
  const facts = size === 0 ? undefined : await readFacts(sidecar);
  let isEmpty = size === 0;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= file.close();
    return closing;
  };
  return {
    path,
    found: facts && { ...facts, byteLength: size },
    async reread(byteLength, update) {
      const stream = createReadStream(path, { end: byteLength - 1, highWaterMark: 1 << 20 });
      for await (const piece of stream) update(piece as Buffer);
    },
    write(bytes, at) {
      isEmpty = false;
      return writeFully(file, bytes, at);
    },
    async begin(toCome) {
      // ext4 writes out at once what was emptied before, however little there was, and whoever commits next waits for it.
      if (!isEmpty) await file.truncate(0);
      isEmpty = true;
      await writeFile(sidecar, JSON.stringify(toCome), { mode: 0o600 });
    },
    close,
    async discard() {
      await close();
      await rm(sidecar, { force: true });
      await rm(path, { force: true });
    },
  };
}

/** For reading and writing, made if it is not there; not through a link that somebody put in its place. */
function openWithoutLinks(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0), 0o600);
}

async function writeFully(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.byteLength; ) {
    const { bytesWritten } = await file.write(bytes, done, bytes.byteLength - done, at + done);
    done += bytesWritten;
  }
}

async function readFacts(path: string): Promise<PartialFacts | undefined> {
  try {
    const facts: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof facts !== "object" || facts === null) return undefined;
    const { version, totalBytes, url } = facts as Record<string, unknown>;
    if (typeof version !== "string" || typeof totalBytes !== "number" || typeof url !== "string") return undefined;
    return { version, totalBytes, url };
  } catch {
    // Missing, cut or foreign: there is nothing to go on with.
    return undefined;
  }
}
