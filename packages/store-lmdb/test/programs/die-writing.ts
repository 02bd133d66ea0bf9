// Is killed in the middle of writing a large blob.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { LmdbBackend } from "@larder/store-lmdb";
import { sampleBlob, sampleBytes } from "../sample-blob.js";

async function* chunks(bytes: Uint8Array, directory: string): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, 2_000_000);
  yield bytes.subarray(2_000_000);
  if (!readdirSync(join(directory, "tmp")).some((name) => name.endsWith(".blob"))) throw new Error("nothing in tmp/");
  process.kill(process.pid, "SIGKILL");
  await new Promise(() => {});
}

async function main(): Promise<void> {
  const directory = process.argv[2]!;
  const bytes = sampleBytes(4_000_000, 1);
  const { record } = await sampleBlob(bytes);
  await new LmdbBackend({ directory }).setBlob("key", { record, chunks: chunks(bytes, directory) });
}

void main();
