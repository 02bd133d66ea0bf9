// Adds to counters so many times, and closes.
import { LmdbBackend } from "@larder/store-lmdb";

const [directory, times] = process.argv.slice(2);

async function main(): Promise<void> {
  const backend = new LmdbBackend({ directory: directory! });
  for (let i = 0; i < Number(times); i++) {
    backend.addToCounters({ hits: 1, seconds: 0.25, ...(i % 10 === 0 ? { misses: 2 } : {}) });
    if (i % 50 === 0) await backend.getBlob("absent");
    if (i % 400 === 0) await backend.deleteBlob("absent");
  }
  await backend.close();
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
