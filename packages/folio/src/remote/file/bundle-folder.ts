import { constants } from "node:fs";
import { type FileHandle, mkdir, open, realpath, stat } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { type RemoteSubject, remoteFailure } from "../remote-failure.js";
import { isAbsent } from "./file-failure.js";

/**
 * The file behind a path, links followed; `undefined` when there is none.
 *
 * @throws RemoteError `remote-refused` when a link leads out of the bundle
 */
export async function fileWithin(folder: string, path: string, subject: RemoteSubject): Promise<string | undefined> {
  try {
    const [root, file] = await Promise.all([realpath(folder), realpath(join(folder, path))]);
    if (file.startsWith(root.endsWith(sep) ? root : root + sep)) return file;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
  throw leadsOut(subject);
}

/** Opens the file behind a path; `undefined` when there is none, or it is a folder or device. Close it. */
export async function openWithin(
  folder: string,
  path: string,
  subject: RemoteSubject,
): Promise<FileHandle | undefined> {
  const file = await fileWithin(folder, path, subject);
  if (file === undefined) return undefined;
  try {
    // To open a pipe would wait for who writes to it.
    if (!(await stat(file)).isFile()) return undefined;
    const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
    return undefined;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

/** Makes the folder that a path is in, and checks that no link leads out of the bundle. @returns its absolute path */
export async function parentWithin(folder: string, path: string, subject: RemoteSubject): Promise<string> {
  const parent = dirname(join(folder, path));
  await mkdir(folder, { recursive: true });
  const root = await realpath(folder);
  // Links above the file are looked at before folders are made behind them.
  for (let there = parent; there.length >= folder.length; there = dirname(there)) {
    const real = await realpath(there).catch((error: unknown) => {
      if (isAbsent(error)) return undefined;
      throw error;
    });
    if (real === undefined) continue;
    if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) throw leadsOut(subject);
    break;
  }
  await mkdir(parent, { recursive: true });
  return realpath(parent);
}

function leadsOut(subject: RemoteSubject) {
  return remoteFailure(
    "remote-refused",
    subject,
    "a symbolic link leads out of the bundle",
    {},
    "Put the file itself into the bundle, or make the item a reference.",
  );
}
