import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { afterAll, expect, test } from "vitest";

const parent = mkdtempSync(join(tmpdir(), "larder-commits-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

/** Transactions committed until now: the newer of the two meta pages of LMDB's data file, field `mm_txnid`. */
function commits(directory: string): number {
  const file = readFileSync(join(directory, "index.lmdb"));
  const pageBytes = file.readUInt32LE(0x30);
  return Math.max(Number(file.readBigUInt64LE(0x98)), Number(file.readBigUInt64LE(pageBytes + 0x98)));
}

test("what is written in one turn shares commits on disk", async () => {
  const directory = join(parent, "cache");
  // Counted without statistics, which would be written in between.
  const cache = new Cache({ backend: new DiskCache({ directory }), statistics: false });
  await cache.set("first", 1);
  const count = async (work: () => Promise<unknown>) => {
    const before = commits(directory);
    await work();
    return commits(directory) - before;
  };
  const names = Array.from({ length: 500 }, (_, i) => `k${i}`);
  const oneByOne = async () => {
    for (const name of ["a", "b", "c"]) await cache.set(name, 1);
  };
  expect(await count(oneByOne)).toBeGreaterThanOrEqual(3);
  expect(await count(() => cache.setMany(names.map((name) => [name, name])))).toBeLessThanOrEqual(2);
  expect(await count(() => Promise.all(names.map((name) => cache.add(`${name}/added`, 1))))).toBeLessThanOrEqual(2);
  expect(await count(() => Promise.all(names.map(() => cache.increment("number"))))).toBeLessThanOrEqual(2);
  expect(
    await count(() => Promise.all(names.map((name) => cache.transaction((view) => view.set(name, 1))))),
  ).toBeLessThanOrEqual(2);
  expect(await count(() => Promise.all(names.map((name) => cache.pop(name))))).toBeLessThanOrEqual(2);
  expect(await cache.get("number")).toBe(500);
  await cache.close();
});
