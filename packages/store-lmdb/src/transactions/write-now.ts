import { closeSync, constants, fsyncSync, openSync, writeSync } from "node:fs";

/** Makes a file that is read-only from then on, without giving the event loop away. @param sync - whether it is on disk then */
export function writeFileNow(path: string, bytes: Uint8Array, sync: boolean): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  const file = openSync(path, flags, 0o400);
  try {
    for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at);
    if (sync) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
