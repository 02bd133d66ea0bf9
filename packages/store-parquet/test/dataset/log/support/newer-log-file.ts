import { writeFile } from "node:fs/promises";
import { loadXxhash } from "@larder/core";

/** Writes a file such as a later version may make: another format number, and the checksum that every format ends in. */
export async function newerLogFile(path: string): Promise<void> {
  const bytes = Buffer.alloc(64);
  bytes.write("LARDRLOG", 0, "latin1");
  bytes.writeUInt32LE(2, 8);
  bytes.writeBigUInt64LE((await loadXxhash()).hash64(bytes.subarray(0, 56)), 56);
  await writeFile(path, bytes);
}
