import { chmodSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { contentDigest } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { blobPath } from "../../src/blob-address.js";
import { randomNumbers, readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);

test.each(["read", "check"])(
  "files that were cut or flipped, all but every fifth, are found by %s; the others stay, and nothing wrong is read",
  async (way) => {
    console.log(`seed ${seed}`);
    const next = randomNumbers(seed);
    const directory = cacheDirectory();
    const backend = new LmdbBackend({ directory });
    const contents = Array.from({ length: 40 }, (_, i) => sampleBytes(70_000 + Math.floor(next() * 200_000), i));
    for (const [i, bytes] of contents.entries()) await backend.setBlob(`key ${i}`, await sampleBlob(bytes));
    for (const [i, bytes] of contents.entries()) {
      if (i % 5 === 0) continue;
      const path = blobPath(directory, { folder: "blobs", digest: contentDigest(bytes) });
      chmodSync(path, 0o600);
      if (i % 2 === 0) truncateSync(path, Math.floor(next() * bytes.byteLength));
      else {
        const flipped = readFileSync(path);
        flipped[Math.floor(next() * flipped.byteLength)]! ^= 1 << Math.floor(next() * 8);
        writeFileSync(path, flipped);
      }
    }
    if (way === "check") {
      const { problems, repaired } = await backend.check({ fix: true });
      expect(problems.map(({ kind }) => kind)).toEqual(Array(32).fill("file-damaged"));
      expect(repaired).toEqual(problems);
    }
    for (const [i, bytes] of contents.entries()) {
      const found = await readBytes(backend, `key ${i}`).catch((error: { code?: string }) => error.code);
      if (i % 5 === 0) expect(Buffer.compare(found as Uint8Array, bytes)).toBe(0);
      else expect([undefined, "damaged-blob"]).toContain(found);
    }
    expect(readdirSync(join(directory, "quarantine"))).toHaveLength(32);
    expect((await backend.check()).problems).toEqual([]);
    expect((await backend.check()).files).toBe(8);
    await backend.close();
  },
);
