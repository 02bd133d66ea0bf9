// Writes until the disk is full, small blobs or large ones; what it then finds must be what was acknowledged.
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LarderError } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import { readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";

const [mount, size, atOnce] = process.argv.slice(2);

async function main(): Promise<void> {
  process.on("unhandledRejection", (error) => {
    console.error("unhandled", error);
    process.exit(2);
  });
  const ballast = join(mount!, "ballast");
  writeFileSync(ballast, Buffer.alloc(500_000));
  const backend = new LmdbBackend({ directory: join(mount!, "cache") });
  const stored: number[] = [];
  const codes = new Set<string>();
  for (let i = 0; codes.size === 0; i += Number(atOnce)) {
    const batch = Array.from({ length: Number(atOnce) }, (_, k) => i + k);
    await Promise.all(
      batch.map(async (k) => {
        try {
          await backend.setBlob(`key ${k}`, await sampleBlob(sampleBytes(Number(size), k)));
          stored.push(k);
        } catch (error) {
          codes.add(LarderError.isInstance(error) ? error.code : String(error));
        }
      }),
    );
  }
  const inTmp = readdirSync(join(mount!, "cache", "tmp")).filter((name) => name.endsWith(".blob"));
  for (const k of stored) {
    const bytes = await readBytes(backend, `key ${k}`);
    if (bytes === undefined || Buffer.compare(bytes, sampleBytes(Number(size), k)) !== 0)
      throw new Error(`key ${k} was lost`);
  }
  rmSync(ballast);
  await backend.setBlob("after", await sampleBlob(sampleBytes(Number(size), 1)));
  const { problems } = await backend.check();
  await backend.close();
  const again = new LmdbBackend({ directory: join(mount!, "cache") });
  const after = (await readBytes(again, "after"))?.byteLength;
  const lost: number[] = [];
  for (const k of stored) if ((await readBytes(again, `key ${k}`)) === undefined) lost.push(k);
  await again.close();
  console.log(JSON.stringify({ codes: [...codes], stored: stored.length > 0, inTmp, problems, after, lost }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
