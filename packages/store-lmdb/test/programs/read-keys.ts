// Prints how many bytes each key holds.
import { LmdbBackend } from "@larder/store-lmdb";
import { readBytes } from "../sample-blob.js";

const [directory, ...keys] = process.argv.slice(2);

async function main(): Promise<void> {
  const backend = new LmdbBackend({ directory: directory! });
  const sizes: Record<string, number | undefined> = {};
  for (const key of keys) sizes[key] = (await readBytes(backend, key))?.byteLength;
  console.log(JSON.stringify(sizes));
  await backend.close();
}

void main();
