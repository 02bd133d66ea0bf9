// Overwrites keys of its own, and looks whether what it has written stays.
import { LmdbBackend } from "@larder/store-lmdb";
import { sampleBlob, sampleBytes } from "../sample-blob.js";

const [directory, writer, rounds] = process.argv.slice(2);

async function main(): Promise<void> {
  const backend = new LmdbBackend({ directory: directory! });
  const newest = new Map<string, number>();
  const lost: string[] = [];
  const bytes = sampleBytes(200, 1);
  for (let i = 0; i < Number(rounds); i++) {
    const key = `${writer}/${i % 20}`;
    await backend.setBlob(key, await sampleBlob(bytes, { details: { i } }));
    newest.set(key, i);
    if (i % 10 !== 9) continue;
    for (const [key, i] of newest) {
      const found = (await backend.getBlob(key))?.record.details?.i;
      if (found !== i) lost.push(`${key} holds ${found} instead of ${i}`);
    }
  }
  await backend.close();
  console.log(JSON.stringify({ lost }));
}

void main();
