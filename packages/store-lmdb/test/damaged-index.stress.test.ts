import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { runProgram } from "./run-program.js";
import { sampleBlob, sampleBytes } from "./sample-blob.js";
import { cacheDirectory } from "./temporary-directory.js";

const firstSeed = process.env.LARDER_FAULTS_SEED ?? "1";
const seeds = process.env.LARDER_FAULTS_LONG === "1" ? 400 : 20;

test("an index that was cut, emptied, overwritten or flipped costs misses, never a crash or a wrong value", async () => {
  console.log(`seeds from ${firstSeed}, ${seeds * 8} damaged indexes`);
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  await Promise.all(
    Array.from({ length: 120 }, async (_, i) => backend.setBlob(`key ${i}`, await sampleBlob(sampleBytes(i * 600, i)))),
  );
  await backend.close();
  const copies = join(dirname(directory), "copies");
  mkdirSync(copies);
  const output = await runProgram("read-damaged-indexes", [directory, copies, firstSeed, String(seeds)]);
  const seen = output
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { way: string; hits: number; warnings: string[] });
  expect(seen).toHaveLength(seeds * 8);
  for (const { way, hits, warnings } of seen) {
    if (way === "without header" || way === "with a random header")
      expect({ hits, warnings }).toEqual({ hits: 0, warnings: ["index-quarantined"] });
    // What is lost was told; an emptied file is what a new index looks like.
    if (hits < 120 && way !== "emptied") expect(warnings, way).not.toEqual([]);
  }
}, 900_000);
