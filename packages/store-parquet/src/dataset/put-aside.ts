import { mkdir, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { newToken } from "./new-token.js";

/** Moves a file of a dataset into `quarantine/`, under a name that nothing else has there. */
export async function putAside(directory: string, name: string): Promise<void> {
  const folder = await quarantine(directory);
  await rename(join(directory, name), join(folder, `${basename(name)}.${newToken()}`));
}

/** Makes the folder for files that are put aside. */
export async function quarantine(directory: string): Promise<string> {
  const folder = join(directory, "quarantine");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return folder;
}
