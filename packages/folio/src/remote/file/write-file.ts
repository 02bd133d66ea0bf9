import { type BigIntStats, constants } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { ownerState, uniqueNameOfProcess } from "@larder/core";
import { type RemoteSubject, remoteFailure } from "../remote-failure.js";
import type { RemoteBody, RemoteObject, WriteOptions } from "../remote-storage.js";
import { bodyPieces } from "../service/http-exchange.js";
import { fileWithin, parentWithin } from "./bundle-folder.js";
import { fileVersion, laterTime } from "./file-version.js";
import { type LockMeans, withWriteLock } from "./write-lock.js";

/** A file of a bundle that is to be written or deleted. */
export interface FilePlace {
  /** Of the bundle; absolute. */
  readonly folder: string;
  readonly path: string;
  /** Where locks and unfinished files are. */
  readonly privateFolder: string;
  readonly lockName: string;
  readonly means: LockMeans;
  readonly subject: RemoteSubject;
}

export async function writeFileWhole(place: FilePlace, body: RemoteBody, options: WriteOptions): Promise<RemoteObject> {
  const { folder, path, subject } = place;
  const { ifVersion, signal } = options;
  signal?.throwIfAborted();
  const parent = await parentWithin(folder, path, subject);
  await openPrivateFolder(place.privateFolder);
  const temporary = join(place.privateFolder, `tmp-${uniqueNameOfProcess()}`);
  const handle = await open(
    temporary,
    constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW,
    0o666,
  );
  try {
    await fill(handle, body, subject, signal);
    return await withWriteLock(
      place.privateFolder,
      place.lockName,
      place.means,
      subject,
      async () => {
        const replaced = await statsOf(place);
        checkCondition(replaced, ifVersion, subject);
        const time = laterTime(performance.timeOrigin + performance.now(), replaced);
        await handle.utimes(time, time);
        await handle.sync();
        const target = join(parent, basename(path));
        await rename(temporary, target);
        await syncFolder(parent);
        const stats = await handle.stat({ bigint: true });
        return { path, byteLength: Number(stats.size), version: fileVersion(stats), modifiedAt: Number(stats.mtimeMs) };
      },
      signal,
    );
  } finally {
    await handle.close();
    await rm(temporary, { force: true });
  }
}

/** What is there now, if anything. */
export async function statsOf({ folder, path, subject }: FilePlace): Promise<BigIntStats | undefined> {
  const file = await fileWithin(folder, path, subject);
  if (file === undefined) return undefined;
  const stats = await stat(file, { bigint: true });
  if (stats.isFile()) return stats;
  throw remoteFailure("remote-failed", subject, "there is something of this name that is no file");
}

/** The name of a file lasts only once its folder is on the disk too. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes it, and on that occasion puts away what processes that died had begun. */
export async function openPrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o777 });
  if (swept.has(folder)) return;
  swept.add(folder);
  for (const name of await readdir(folder)) {
    const owner = /^(?:tmp|own)-(.+)-[0-9a-f]{16}$/.exec(name)?.[1];
    if (owner !== undefined && ownerState(owner) === "dead") await rm(join(folder, name), { force: true });
  }
}

const swept = new Set<string>();

async function fill(
  handle: FileHandle,
  body: RemoteBody,
  subject: RemoteSubject,
  signal: AbortSignal | undefined,
): Promise<void> {
  for await (const piece of bodyPieces(body, subject)) {
    signal?.throwIfAborted();
    for (let at = 0; at < piece.byteLength; ) {
      const { bytesWritten } = await handle.write(piece, at, piece.byteLength - at);
      at += bytesWritten;
    }
  }
}

function checkCondition(
  replaced: BigIntStats | undefined,
  ifVersion: string | null | undefined,
  subject: RemoteSubject,
): void {
  if (ifVersion === undefined) return;
  const version = replaced === undefined ? null : fileVersion(replaced);
  if (version === ifVersion) return;
  const why = ifVersion === null ? "there is such a file already" : "it has changed since it was read";
  throw remoteFailure("remote-conflict", subject, why);
}
