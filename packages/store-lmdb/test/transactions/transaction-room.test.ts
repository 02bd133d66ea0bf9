import { readdirSync } from "node:fs";
import { join } from "node:path";
import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

const large = await Promise.all([1, 2, 3, 4].map((seed) => sampleBlob(sampleBytes(300_000, seed))));

async function keysOf(backend: LmdbBackend): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of backend.keys()) keys.push(key);
  return keys;
}

function filesOf(backend: LmdbBackend): number {
  const files = readdirSync(join(backend.directory, "blobs"), { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).length;
}

test("a transaction that does not fit is refused as a whole, and leaves everything as it was", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory(), sizeLimitBytes: 700_000 });
  const pinned = await sampleBlob(sampleBytes(200_000, 9), { pinned: true });
  await backend.setBlob("pinned", pinned);
  const before = await backend.volume();
  const attempt = backend.transaction((view) => {
    view.set("small", large[0]!);
    view.set("another", large[1]!);
    view.delete("pinned");
    view.set("pinned", pinned);
  });
  await expect(attempt).rejects.toMatchObject({ code: "cache-full" });
  expect(await keysOf(backend)).toEqual(["pinned"]);
  expect(filesOf(backend)).toBe(1);
  expect(readdirSync(join(backend.directory, "tmp")).filter((name) => name.endsWith(".blob"))).toEqual([]);
  expect(await backend.volume()).toEqual(before);
  expect((await backend.check()).problems).toEqual([]);
  await backend.close();
});

test("a transaction gets its room by eviction, and is stored whole", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory(), sizeLimitBytes: 1_000_000 });
  for (const name of ["1", "2", "3"]) await backend.setBlob(`old/${name}`, large[Number(name)]!);
  let runs = 0;
  let runsOfOther = 0;
  await Promise.all([
    backend.transaction((view) => {
      runsOfOther++;
      view.delete("absent");
    }),
    backend.transaction((view) => {
      runs++;
      view.set("new/1", large[0]!);
      view.set("new/2", large[0]!);
    }),
  ]);
  expect(runs).toBeGreaterThan(1);
  // What stands in the same batch does not wait for the room, nor run again.
  expect(runsOfOther).toBe(1);
  expect(await keysOf(backend)).toEqual(["new/1", "new/2", "old/2", "old/3"]);
  const { sizeBytes, reservedBytes } = await backend.volume();
  expect(sizeBytes).toBeLessThanOrEqual(1_000_000);
  expect(reservedBytes).toBe(0);
  expect((await backend.check()).problems).toEqual([]);
  await backend.close();
});

test("many transactions under a limit never pass it, and what each wrote last is whole", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory(), sizeLimitBytes: 400_000 });
  const blobs = await Promise.all([1, 2, 3].map((seed) => sampleBlob(sampleBytes(5_000, seed))));
  for (let round = 0; round < 40; round++) {
    const number = round % 3;
    await Promise.all(
      [0, 1, 2, 3].map((lane) =>
        backend.transaction((view) => {
          for (const part of [0, 1, 2]) view.set(`${lane}/${round}/${part}`, blobs[number]!);
          if (round > 0) view.delete(`${lane}/${round - 1}/0`);
        }),
      ),
    );
    const { sizeBytes, reservedBytes } = await backend.volume();
    expect(sizeBytes + reservedBytes).toBeLessThanOrEqual(400_000);
    const keys = await keysOf(backend);
    for (const lane of [0, 1, 2, 3]) for (const part of [0, 1, 2]) expect(keys).toContain(`${lane}/${round}/${part}`);
  }
  await backend.close();
});
