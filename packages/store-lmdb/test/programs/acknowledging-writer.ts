// Writes, and with two arguments also deletes, until it is killed; says so after each write that has resolved.
import { writeSync } from "node:fs";
import { LmdbBackend } from "@larder/store-lmdb";
import { randomNumbers, sampleBlob, sampleBytes } from "../sample-blob.js";

const [directory, run, keep] = process.argv.slice(2);

async function main(): Promise<void> {
  const backend = new LmdbBackend({ directory: directory! });
  const next = randomNumbers(Number(run));
  const sizes = [10, 1_000, 66_000, 66_000, 400_000];
  for (let i = 0; ; i++) {
    const at = Math.floor(next() * 40);
    const size = sizes[Math.floor(next() * sizes.length)]!;
    // The seed names run and write, so that the value of an unacknowledged write is known too.
    const seed = Number(run) * 100_000 + i;
    const key = `${run}/${at}`;
    if (keep === undefined && next() < 0.1) {
      writeSync(1, `deleting ${key} ${seed}\n`);
      await backend.deleteBlob(key);
      writeSync(1, `deleted ${key} ${seed}\n`);
    } else {
      writeSync(1, `setting ${key} ${seed} ${size}\n`);
      await backend.setBlob(key, await sampleBlob(sampleBytes(size, seed % 7), { details: { seed } }));
      writeSync(1, `set ${key} ${seed} ${size}\n`);
    }
  }
}

void main();
