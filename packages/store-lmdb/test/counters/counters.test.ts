import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { readCounterRows } from "../../src/counters/counter-rows.js";
import { countInTransaction } from "../../src/counters/store-counters.js";
import { indexKey, keyBytes } from "../../src/entry-key.js";
import { type OpenStore, openStore } from "../../src/open-store.js";
import { runProgram } from "../run-program.js";
import { readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

const blob = await sampleBlob(sampleBytes(10, 1));

/** What other processes see now. */
function committed(store: OpenStore): Readonly<Record<string, number>> {
  store.environment.refresh();
  return readCounterRows(store.environment.counters, store.xxhash);
}

test("what three processes count adds up", async () => {
  const directory = cacheDirectory();
  await Promise.all([1, 2, 3].map(() => runProgram("count", [directory, "1000"])));
  const backend = new LmdbBackend({ directory });
  expect(await backend.readCounters()).toEqual({ hits: 3_000, seconds: 750, misses: 600 });
  await backend.close();
}, 30_000);

test("counting before anything was opened counts, and closing writes it", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  const amounts = { hits: 2, ["__proto__"]: 3, ["x".repeat(3_000)]: -1, nothing: 0 };
  backend.addToCounters(amounts);
  amounts.hits = 9;
  await backend.close();
  const again = new LmdbBackend({ directory });
  expect(await again.readCounters()).toEqual({ hits: 2, ["__proto__"]: 3, ["x".repeat(3_000)]: -1 });
  again.addToCounters({ hits: 1 });
  expect((await again.readCounters()).hits).toBe(3);
  await again.close();
});

test("what is counted is written along with the next write, or after a second without one", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  await backend.setBlob("a", blob);
  const store = await openStore(directory, () => {});
  backend.addToCounters({ sets: 1 });
  expect(committed(store)).toEqual({});
  await backend.setBlob("a", blob);
  expect(committed(store)).toEqual({ sets: 1 });
  backend.addToCounters({ sets: 4 });
  const deadline = performance.now() + 10_000;
  while (committed(store).sets === 1 && performance.now() < deadline)
    await new Promise((resolve) => setImmediate(resolve));
  expect(committed(store)).toEqual({ sets: 5 });
  await store.leave();
  await backend.close();
}, 20_000);

test("what is counted in a transaction is undone with it, and what was counted before is not lost by that", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  await backend.setBlob("a", blob);
  const store = await openStore(directory, () => {});
  backend.addToCounters({ hits: 1 });
  const failing = store.batches.run(() => {
    countInTransaction(store, "evictions", 5);
    throw new Error("undone");
  });
  const sound = store.batches.run(() => countInTransaction(store, "evictions", 2));
  await expect(failing).rejects.toThrow("undone");
  await sound;
  expect(committed(store)).toEqual({ hits: 1, evictions: 2 });
  await store.leave();
  await backend.close();
});

test("clear sets the counters back, also by what was not written yet", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory() });
  backend.addToCounters({ hits: 1 });
  await backend.readCounters();
  backend.addToCounters({ hits: 1, misses: 1 });
  await backend.clear();
  expect(await backend.readCounters()).toEqual({});
  backend.addToCounters({ hits: 1 });
  expect(await backend.readCounters()).toEqual({ hits: 1 });
  await backend.close();
});

test("a damaged counter begins at 0 again, and disturbs no other", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  backend.addToCounters({ hits: 7, misses: 3 });
  await backend.readCounters();
  const store = await openStore(directory, () => {});
  await store.batches.run(() => {
    const place = indexKey(keyBytes("hits"));
    const row = Buffer.from(store.environment.counters.read(place)!);
    row[22]! ^= 1;
    store.environment.counters.write(place, row);
  });
  expect(await backend.readCounters()).toEqual({ misses: 3 });
  backend.addToCounters({ hits: 1 });
  expect(await backend.readCounters()).toEqual({ hits: 1, misses: 3 });
  await store.leave();
  await backend.close();
});

test("an amount that is no number is refused, and nothing of it is counted", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory() });
  for (const by of [Number.NaN, Number.POSITIVE_INFINITY, "1" as never]) {
    expect(() => backend.addToCounters({ hits: 1, misses: by })).toThrow(RangeError);
  }
  expect(await backend.readCounters()).toEqual({});
  await backend.setBlob("a", blob);
  expect(await readBytes(backend, "a")).toEqual(blob.bytes);
  await backend.close();
});
