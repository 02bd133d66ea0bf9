// Stores, overwrites and deletes few contents under few keys, so that the last entry of a content often goes while others store it.
import { LmdbBackend } from "@larder/store-lmdb";
import { randomNumbers, sampleBlob, sampleBytes } from "../sample-blob.js";

const [directory, seed, rounds] = process.argv.slice(2);
const size = 70_000;

async function main(): Promise<void> {
  process.on("unhandledRejection", (error) => {
    console.error("unhandled", error);
    process.exit(2);
  });
  const next = randomNumbers(Number(seed));
  const warnings: string[] = [];
  // Room for two of three files: the third evicts.
  const backend = new LmdbBackend({
    directory: directory!,
    sizeLimitBytes: 170_000,
    onEvent: (event) => event.type === "warning" && warnings.push(event.message),
  });
  const contents = [1, 2, 3].map((of) => sampleBytes(size, of));
  const blobs = await Promise.all(contents.map((bytes, of) => sampleBlob(bytes, { details: { of } })));
  let hits = 0;
  let full = 0;
  for (let round = 0; round < Number(rounds); round++) {
    const key = `key ${Math.floor(next() * 4)}`;
    const of = Math.floor(next() * contents.length);
    const action = next();
    if (action < 0.4) {
      await backend.setBlob(key, blobs[of]!).catch((error: { code?: string }) => {
        if (error.code !== "cache-full") throw error;
        full++;
      });
    } else if (action < 0.7) await backend.deleteBlob(key);
    else {
      const stored = await backend.getBlob(key);
      if (stored === undefined) continue;
      const { of: said } = stored.record.details as { of: number };
      if (Buffer.compare(await stored.source.slice(0), contents[said]!) !== 0)
        throw new Error(`${key} holds wrong bytes`);
      await stored.close?.();
      hits++;
    }
  }
  await backend.close();
  if (warnings.length > 0) throw new Error(warnings.join("\n"));
  console.log(JSON.stringify({ hits, full }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
