import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { LmdbBackend } from "@larder/store-lmdb";
import { afterEach, expect, test } from "vitest";
import { readIndexId } from "../../src/index-identity.js";
import { journalPath } from "../../src/journal/journal.js";
import { compactJournal } from "../../src/journal/rewrite-journal.js";
import { type OpenStore, openStore } from "../../src/open-store.js";
import { randomNumbers, readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

const seed = 20_261_127;
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

function open(directory: string): LmdbBackend {
  const backend = new LmdbBackend({ directory, inlineLimitBytes: 100 });
  opened.push(backend);
  return backend;
}

async function storeOf(backend: LmdbBackend): Promise<OpenStore> {
  await backend.getBlob("any");
  const store = await openStore(backend.directory, () => {});
  opened.unshift({ close: () => store.leave() });
  return store;
}

async function compact(store: OpenStore, isStopped?: () => boolean): Promise<boolean> {
  store.environment.refresh();
  const id = readIndexId(store.environment, store.xxhash)!;
  return compactJournal(store, id, isStopped === undefined ? {} : { isStopped });
}

/** Loses the index, and reads what comes back. */
async function afterLoss(directory: string, keys: readonly string[]): Promise<Record<string, number>> {
  for (const one of opened.splice(0)) await one.close();
  rmSync(join(directory, "index.lmdb"));
  const backend = open(directory);
  const found: Record<string, number> = {};
  for (const key of keys) {
    const bytes = await readBytes(backend, key);
    if (bytes !== undefined) found[key] = bytes.byteLength;
  }
  return found;
}

test("a journal written anew holds what the index holds, without history", async () => {
  const directory = cacheDirectory();
  const backend = open(directory);
  for (let i = 0; i < 60; i++) await backend.setBlob(`key ${i % 6}`, await sampleBlob(sampleBytes(200 + i, i)));
  await backend.deleteBlob("key 0");
  await backend.setBlob("key 1", await sampleBlob(sampleBytes(10, 1)));
  const before = statSync(journalPath(directory)).size;
  expect(await compact(await storeOf(backend))).toBe(true);
  expect(statSync(journalPath(directory)).size).toBeLessThan(before / 10);
  await backend.setBlob("key 2", await sampleBlob(sampleBytes(999, 1)));
  const keys = Array.from({ length: 6 }, (_, i) => `key ${i}`);
  expect(await afterLoss(directory, keys)).toEqual({ "key 2": 999, "key 3": 257, "key 4": 258, "key 5": 259 });
});

test("what is set, deleted and cleared while a journal is written anew is in it", async () => {
  console.log(`seed ${seed}`);
  const next = randomNumbers(seed);
  const directory = cacheDirectory();
  const backend = open(directory);
  const store = await storeOf(backend);
  const model = new Map<string, number>();
  const contents = await Promise.all([200, 300, 400].map((size) => sampleBlob(sampleBytes(size, size))));
  const change = async () => {
    const key = `key ${Math.floor(next() * 40)}`;
    const action = next();
    if (action < 0.7) {
      const blob = contents[Math.floor(next() * 3)]!;
      model.set(key, blob.bytes.byteLength);
      await backend.setBlob(key, blob);
    } else if (action < 0.95) {
      model.delete(key);
      await backend.deleteBlob(key);
    } else {
      model.clear();
      await backend.clear();
    }
  };
  for (let i = 0; i < 700; i++) await backend.setBlob(`old ${i}`, contents[0]!);
  for (let i = 0; i < 700; i++) model.set(`old ${i}`, 200);
  let done = 0;
  for (let round = 0; round < 6; round++) {
    let over = false;
    const compacting = compact(store).finally(() => {
      over = true;
    });
    while (!over) await change();
    if (await compacting) done++;
    for (let i = 0; i < 5; i++) await change();
  }
  expect(done).toBe(6);
  const keys = [...Array.from({ length: 40 }, (_, i) => `key ${i}`), "old 5", "old 699"];
  const expected = Object.fromEntries(keys.filter((key) => model.has(key)).map((key) => [key, model.get(key)!]));
  expect(await afterLoss(directory, keys)).toEqual(expected);
});

test("what changes of an entry that was copied already is in it", async () => {
  const directory = cacheDirectory();
  const backend = open(directory);
  const store = await storeOf(backend);
  const contents = await Promise.all([200, 300].map((size) => sampleBlob(sampleBytes(size, size))));
  await Promise.all(Array.from({ length: 1600 }, (_, i) => backend.setBlob(`key ${i}`, contents[0]!)));
  const changes: Promise<unknown>[] = [];
  let asked = 0;
  const compacted = await compact(store, () => {
    if (++asked === 400) changes.push(backend.deleteBlob("key 1"), backend.setBlob("key 2", contents[1]!));
    return false;
  });
  await Promise.all(changes);
  expect({ compacted, asked: asked >= 1600 }).toEqual({ compacted: true, asked: true });
  expect(await afterLoss(directory, ["key 1", "key 2", "key 3"])).toEqual({ "key 2": 300, "key 3": 200 });
});

test("of two processes that write it anew at once one gives up, and nothing is left behind", async () => {
  const directory = cacheDirectory();
  const backend = open(directory);
  for (let i = 0; i < 20; i++) await backend.setBlob("key", await sampleBlob(sampleBytes(200 + i, i)));
  const store = await storeOf(backend);
  expect((await Promise.all([compact(store), compact(store)])).sort()).toEqual([false, true]);
  expect(readdirSync(join(directory, "tmp")).filter((name) => name.endsWith(".journal"))).toEqual([]);
  expect(await afterLoss(directory, ["key"])).toEqual({ key: 219 });
});

test("it is written anew by itself once it is long and mostly history", async () => {
  const directory = cacheDirectory();
  const backend = open(directory);
  // Keys may be long, and stand in the journal whole.
  const key = "k".repeat(200_000);
  for (let i = 0; i < 60; i++) await backend.setBlob(key, await sampleBlob(sampleBytes(200 + i, i)));
  await backend.close();
  expect(statSync(journalPath(directory)).size).toBeLessThan(4.5e6);
  expect(await afterLoss(directory, [key])).toEqual({ [key]: 259 });
});

test("of a change that failed, and of others undone with it, nothing is in the journal twice or wrongly", async () => {
  const directory = cacheDirectory();
  const backend = open(directory);
  const store = await storeOf(backend);
  const failing = store.batches.run(() => {
    throw new Error("no");
  });
  const blobs = await Promise.all([1, 2, 3].map((i) => sampleBlob(sampleBytes(200 + i, i))));
  const writes = blobs.map((blob, i) => backend.setBlob(`key ${i}`, blob));
  await expect(failing).rejects.toThrow("no");
  await Promise.all(writes);
  const single = statSync(journalPath(directory)).size;
  await backend.setBlob("key 0", blobs[0]!);
  const record = statSync(journalPath(directory)).size - single;
  expect(single).toBeLessThan(5 * record);
  expect(await afterLoss(directory, ["key 0", "key 1", "key 2"])).toEqual({ "key 0": 201, "key 1": 202, "key 2": 203 });
});
