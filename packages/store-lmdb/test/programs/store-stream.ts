// Stores a stream of so many MiB and says how much larger the process became.
import { LmdbBackend } from "@larder/store-lmdb";
import { sampleBytes } from "../sample-blob.js";

const [directory, megabytes] = process.argv.slice(2);

async function* source(): AsyncGenerator<Uint8Array> {
  const part = sampleBytes(1024 * 1024, 1);
  for (let i = 0; i < Number(megabytes); i++) {
    part[0] = i;
    yield part;
  }
}

async function main(): Promise<void> {
  const backend = new LmdbBackend({ directory: directory! });
  await backend.getBlob("absent");
  const before = process.resourceUsage().maxRSS;
  const { byteLength } = await backend.setBlobStream("key", source(), { codec: "larder.bytes.1", createdAt: 1 });
  const grownMegabytes = Math.round((process.resourceUsage().maxRSS - before) / 1024);
  await backend.close();
  console.log(JSON.stringify({ byteLength, grownMegabytes }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
