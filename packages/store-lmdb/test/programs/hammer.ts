// Reads, writes and deletes shared keys in a directory others use at the same time, and checks all it reads.
import { DamagedBlobError } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import { randomNumbers, readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";

const [directory, worker, rounds, keys] = process.argv.slice(2);

async function main(): Promise<void> {
  const warnings: string[] = [];
  const backend = new LmdbBackend({
    directory: directory!,
    onEvent: (event) => event.type === "warning" && warnings.push(event.message),
  });
  const next = randomNumbers(Number(worker) + 1);
  const sizes = [0, 30, 2_000, 70_000, 70_000, 300_000];
  let read = 0;
  for (let round = 0; round < Number(rounds); round++) {
    const key = `shared/${Math.floor(next() * Number(keys))}`;
    const action = next();
    if (action < 0.45) {
      const stored = await backend.getBlob(key);
      if (stored === undefined) continue;
      const bytes = await stored.source.slice(0);
      const { seed, of } = stored.record.details as { seed: number; of: string };
      if (of !== key) throw new Error(`${key} holds the record of ${of}`);
      if (Buffer.compare(bytes, sampleBytes(bytes.byteLength, seed)) !== 0)
        throw new Error(`${key} holds other bytes than ${seed}`);
      await stored.close?.();
      read++;
    } else if (action < 0.9) {
      // Few seeds, so that processes often write, share and free the same content.
      const seed = Math.floor(next() * 5);
      const bytes = sampleBytes(sizes[Math.floor(next() * sizes.length)]!, seed);
      await backend.setBlob(key, await sampleBlob(bytes, { details: { seed, of: key } }));
    } else if (action < 0.995) await backend.deleteBlob(key);
    else if (action < 0.998) await backend.check();
    else await readBytes(backend, "absent");
  }
  await backend.close();
  if (warnings.length > 0) throw new Error(warnings.join("\n"));
  console.log(JSON.stringify({ read }));
}

main().catch((error: unknown) => {
  console.error(error instanceof DamagedBlobError ? error.facts : error);
  process.exitCode = 1;
});
