// Uses a cache while the process may open no more files, or only a few; what is acknowledged must be there afterwards.
import { closeSync, openSync } from "node:fs";
import { LarderError } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import { readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";

const directory = process.argv[2]!;
const codes = new Set<string>();

function exhaust(): number[] {
  const taken: number[] = [];
  for (;;) {
    try {
      taken.push(openSync("/dev/null", "r"));
    } catch {
      return taken;
    }
  }
}

async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (error) {
    codes.add(LarderError.isInstance(error) ? error.code : String(error));
    return false;
  }
}

async function main(): Promise<void> {
  process.on("unhandledRejection", (error) => {
    console.error("unhandled", error);
    process.exit(2);
  });
  const sizes = [10, 3_000, 100_000, 2_000_000];
  const blobs = await Promise.all(sizes.map((size) => sampleBlob(sampleBytes(size, 1))));
  const first = new LmdbBackend({ directory });
  for (const [i, blob] of blobs.entries()) await first.setBlob(`old ${i}`, blob);
  await first.close();
  const acknowledged = new Set<string>();
  let opened = 0;
  for (let left = 0; left < 16; left++) {
    for (const alreadyOpen of [false, true]) {
      const backend = new LmdbBackend({ directory, onEvent: () => {} });
      if (alreadyOpen) await backend.getBlob("any");
      const taken = exhaust();
      for (const file of taken.splice(0, left)) closeSync(file);
      for (const [i, blob] of blobs.entries()) {
        const key = `${left} ${alreadyOpen} ${i}`;
        if (await attempt(() => backend.setBlob(key, blob))) acknowledged.add(key);
        await attempt(async () => {
          const found = await readBytes(backend, `old ${i}`);
          if (found !== undefined && Buffer.compare(found, blob.bytes) !== 0) throw new Error("a wrong value");
        });
      }
      if (await attempt(() => backend.deleteBlob("absent"))) opened++;
      for (const file of taken) closeSync(file);
      await backend.close();
    }
  }
  const after = new LmdbBackend({ directory });
  const lost: string[] = [];
  for (const key of [...acknowledged, "old 0", "old 1", "old 2", "old 3"]) {
    const expected = blobs[Number(key.at(-1))]!.bytes;
    const found = await readBytes(after, key);
    if (found === undefined || Buffer.compare(found, expected) !== 0) lost.push(key);
  }
  const { problems } = await after.check();
  await after.close();
  console.log(
    JSON.stringify({
      codes: [...codes],
      lost,
      problems,
      some: acknowledged.size > 0 && opened > 0,
      all: opened === 32,
    }),
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
