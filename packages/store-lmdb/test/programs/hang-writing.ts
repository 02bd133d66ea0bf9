// Begins to store a large blob, says so once its room is reserved, and waits to be killed.
import { LmdbBackend } from "@larder/store-lmdb";
import { sampleBlob, sampleBytes } from "../sample-blob.js";

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, 1_000);
  console.log("reserved");
  await new Promise((resolve) => process.stdin.once("end", resolve).resume());
}

async function main(): Promise<void> {
  const [directory, size] = process.argv.slice(2);
  const bytes = sampleBytes(Number(size), 1);
  const { record } = await sampleBlob(bytes);
  await new LmdbBackend({ directory: directory! }).setBlob("hanging", { record, chunks: chunks(bytes) });
}

void main();
