import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type BlobAddress, blobPath } from "./blob-address.js";
import { systemCode } from "./store-error.js";

/** Brings the name of a file blob to disk: its directory, and those above it, which may be new. */
export async function syncBlob(root: string, address: BlobAddress): Promise<void> {
  const last = dirname(blobPath(root, address));
  for (const directory of [last, dirname(last), join(root, address.folder)]) await syncDirectory(directory);
}

/** Brings the names in a directory to disk. */
export async function syncDirectory(path: string): Promise<void> {
  // Windows opens no directories, and brings names to disk by itself.
  if (process.platform === "win32") return;
  let directory: Awaited<ReturnType<typeof open>>;
  try {
    directory = await open(path, "r");
  } catch (error) {
    // Freed again meanwhile, by someone who overwrote the entry.
    if (systemCode(error) === "ENOENT") return;
    throw error;
  }
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
