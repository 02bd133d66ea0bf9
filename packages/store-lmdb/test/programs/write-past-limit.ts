// Writes many blobs of all sizes into a directory with a limit, which must hold after every write.
import { LmdbBackend } from "@larder/store-lmdb";
import { randomNumbers, readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";

const [directory, worker, totalBytes] = process.argv.slice(2);

async function main(): Promise<void> {
  const warnings: string[] = [];
  let evictions = 0;
  const backend = new LmdbBackend({
    directory: directory!,
    onEvent: (event) => {
      if (event.type === "warning") warnings.push(event.message);
      if (event.type === "evict") evictions++;
    },
  });
  const next = randomNumbers(Number(worker) + 1);
  const sizes = [100, 1_000, 3_000, 20_000, 60_000, 100_000, 100_000, 700_000];
  let written = 0;
  for (let round = 0; written < Number(totalBytes); round++) {
    const size = sizes[Math.floor(next() * sizes.length)]!;
    const count = size < 10_000 ? 40 : 2;
    const writes = Array.from({ length: count }, async (_, i) => {
      // Some keys are overwritten, and some contents are shared with others.
      const key = next() < 0.2 ? `shared/${i}` : `${worker}/${round}/${i}`;
      const content = next() < 0.2 ? i : Number(worker) * 1_000_000 + round * 100 + i;
      await backend.setBlob(key, await sampleBlob(sampleBytes(size, content)));
    });
    await Promise.all(writes);
    written += size * count;
    const { sizeBytes, reservedBytes, limitBytes } = await backend.volume();
    if (sizeBytes + reservedBytes > limitBytes!) {
      throw new Error(`${sizeBytes} and ${reservedBytes} reserved are more than ${limitBytes}`);
    }
    if (round % 7 === 0) await readBytes(backend, `shared/${Math.floor(next() * 40)}`);
    if (round % 11 === 0) await backend.deleteBlob(`shared/${Math.floor(next() * 40)}`);
  }
  await backend.close();
  if (warnings.length > 0) throw new Error(warnings.join("\n"));
  console.log(JSON.stringify({ evictions, written }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
