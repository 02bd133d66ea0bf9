import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { runProgram } from "./run-program.js";
import { sampleBlob, sampleBytes } from "./sample-blob.js";
import { cacheDirectory } from "./temporary-directory.js";

const firstSeed = process.env.LARDER_FAULTS_SEED ?? "1";
const seeds = process.env.LARDER_FAULTS_LONG === "1" ? 400 : 12;

/** Of the 120 blobs those of more than 65,536 bytes. */
const files = 10;

interface Seen {
  readonly way: string;
  readonly hits: number;
  readonly fileHits: number;
  /** What `check` still names after it was asked to fix. */
  readonly left: readonly string[];
  readonly warnings: readonly string[];
}

test("an index that was cut, emptied, overwritten, flipped or shuffled costs misses, never a crash, a wrong value or a file", async () => {
  console.log(`seeds from ${firstSeed}, ${seeds * 10} damaged indexes`);
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  await Promise.all(
    Array.from({ length: 120 }, async (_, i) => backend.setBlob(`key ${i}`, await sampleBlob(sampleBytes(i * 600, i)))),
  );
  await backend.close();
  const copies = join(dirname(directory), "copies");
  mkdirSync(copies);
  const output = await runProgram("read-damaged-indexes", [directory, copies, firstSeed, String(seeds)]);
  const seen = output.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Seen);
  expect(seen).toHaveLength(seeds * 10);
  for (const { way, hits, fileHits, left, warnings } of seen) {
    if (way === "without header" || way === "with a random header")
      expect({ hits, warnings }).toEqual({ hits: files, warnings: ["index-quarantined", "index-rebuilt"] });
    // What is lost was told.
    if (hits < 120) expect(warnings, way).not.toEqual([]);
    if (warnings.includes("index-rebuilt")) expect(fileHits, way).toBe(files);
    expect(left, way).toEqual([]);
  }
}, 900_000);
