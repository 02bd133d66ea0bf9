import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RemoteSubject } from "../remote-failure.js";
import { isRemotePath, privateFolder } from "../remote-path.js";
import type { RemoteObject } from "../remote-storage.js";
import { fileWithin } from "./bundle-folder.js";
import { isAbsent } from "./file-failure.js";
import { objectOf } from "./read-file.js";

/** All files of a bundle. Links that lead out of it are left out, and folders behind links are not looked into. */
export async function* listFiles(
  folder: string,
  subject: RemoteSubject,
  signal: AbortSignal | undefined,
  within = "",
): AsyncGenerator<RemoteObject> {
  signal?.throwIfAborted();
  const entries = await ifThere(() => readdir(join(folder, within), { withFileTypes: true }));
  for (const entry of entries ?? []) {
    const path = within === "" ? entry.name : `${within}/${entry.name}`;
    if (path === privateFolder || !isRemotePath(path)) continue;
    if (entry.isDirectory()) yield* listFiles(folder, subject, signal, path);
    else if (entry.isFile() || entry.isSymbolicLink()) {
      // Of a link, what it leads to.
      const file = entry.isFile() ? join(folder, path) : await fileWithin(folder, path, subject).catch(() => undefined);
      const stats = file === undefined ? undefined : await ifThere(() => stat(file, { bigint: true }));
      if (stats?.isFile()) yield objectOf(path, stats);
    }
  }
}

/** `undefined` for what was deleted meanwhile. */
async function ifThere<Result>(look: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await look();
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}
