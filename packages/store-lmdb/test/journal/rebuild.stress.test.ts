import { existsSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { runProgram, startProgram } from "../run-program.js";
import { randomNumbers, readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);
const rounds = process.env.LARDER_FAULTS_LONG === "1" ? 40 : 5;
/** Several transactions' worth. */
const files = 260;
const sizeBytes = 70_000;

async function filled(): Promise<string> {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  const blob = async (i: number) => sampleBlob(sampleBytes(sizeBytes, i), { tags: [`tag ${i}`] });
  await Promise.all(Array.from({ length: files }, async (_, i) => backend.setBlob(`key ${i}`, await blob(i))));
  for (let i = 0; i < 9; i++) await backend.setBlob(`small ${i}`, await sampleBlob(sampleBytes(5, i)));
  await backend.close();
  return directory;
}

function loseIndex(directory: string): void {
  for (const name of ["index.lmdb", "index.lmdb-lock"]) rmSync(join(directory, name), { force: true });
}

test("a rebuilding that was killed is finished by whoever opens the directory next", async () => {
  console.log(`seed ${seed}, ${rounds} kills`);
  const next = randomNumbers(seed);
  const directory = await filled();
  let killed = 0;
  for (let round = 0; round < rounds; round++) {
    loseIndex(directory);
    const { child, ended } = startProgram("read-keys", [directory, "key 0"]);
    const mark = join(directory, "journal", "rebuilding");
    const index = join(directory, "index.lmdb");
    // From the first entries that are there to the last.
    const enough = 60_000 + Math.floor(next() * 150_000);
    const isFar = () => (statSync(index, { throwIfNoEntry: false })?.size ?? 0) > enough && existsSync(mark);
    while (!isFar() && child.exitCode === null) await new Promise((resolve) => setImmediate(resolve));
    child.kill("SIGKILL");
    await ended;
    if (existsSync(mark)) killed++;
    const warnings: string[] = [];
    const facts: unknown[] = [];
    const backend = new LmdbBackend({
      directory,
      onEvent: (event) => {
        if (event.type !== "warning") return;
        warnings.push(event.code);
        facts.push(event.facts);
      },
    });
    for (let i = 0; i < files; i++) {
      const stored = (await backend.getBlob(`key ${i}`))!;
      expect(stored.record.tags).toEqual([`tag ${i}`]);
      expect(Buffer.compare(await stored.source.slice(0), sampleBytes(sizeBytes, i)), `key ${i}`).toBe(0);
      await stored.close!();
    }
    expect(await backend.getBlob("small 1")).toBeUndefined();
    expect((await backend.check()).problems).toEqual([]);
    await backend.close();
    expect(existsSync(mark)).toBe(false);
  }
  expect(killed).toBeGreaterThan(0);
}, 300_000);

test("processes that open a directory while its index is rebuilt wait for the whole of it", async () => {
  const directory = await filled();
  loseIndex(directory);
  const keys = Array.from({ length: files }, (_, i) => `key ${i}`);
  const outputs = await Promise.all([1, 2, 3].map(() => runProgram("read-keys", [directory, ...keys])));
  for (const output of outputs)
    expect(JSON.parse(output[0]!)).toEqual(Object.fromEntries(keys.map((key) => [key, sizeBytes])));
  const backend = new LmdbBackend({ directory });
  expect(await readBytes(backend, "key 7")).toEqual(sampleBytes(sizeBytes, 7));
  expect((await backend.check()).problems).toEqual([]);
  await backend.close();
  expect(readdirSync(join(directory, "quarantine"))).toEqual([]);
}, 60_000);
