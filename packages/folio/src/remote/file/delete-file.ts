import { realpath, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isAbsent } from "./file-failure.js";
import { type FilePlace, openPrivateFolder, statsOf, syncFolder } from "./write-file.js";
import { withWriteLock } from "./write-lock.js";

/** @returns whether there was one */
export async function deleteFile(place: FilePlace, signal: AbortSignal | undefined): Promise<boolean> {
  signal?.throwIfAborted();
  // Nothing is made where there is nothing.
  if ((await statsOf(place)) === undefined) return false;
  await openPrivateFolder(place.privateFolder);
  return withWriteLock(
    place.privateFolder,
    place.lockName,
    place.means,
    place.subject,
    async () => {
      if ((await statsOf(place)) === undefined) return false;
      const parent = await realpath(dirname(join(place.folder, place.path)));
      try {
        await rm(join(parent, basename(place.path)));
      } catch (error) {
        if (isAbsent(error)) return false;
        throw error;
      }
      await syncFolder(parent);
      return true;
    },
    signal,
  );
}
