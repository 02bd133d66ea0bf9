import type { CacheEvent } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { indexKey, keyBytes } from "../../src/entry-key.js";
import { openStore } from "../../src/open-store.js";
import { orderKey } from "../../src/order/order-rows.js";
import { expiryKey } from "../../src/space/expiry-rows.js";
import { lookAtClock } from "../../src/space/future-entries.js";
import { knownEntryAt } from "../../src/store-operations.js";
import { sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";
import { expectExactAccount } from "./exact-account.js";

const day = 24 * 3600 * 1000;

function scene() {
  let now = 1_000_000_000;
  let monotonic = 0;
  const events: CacheEvent[] = [];
  const clock = { now: () => now, monotonic: () => monotonic };
  const backend = new LmdbBackend({ directory: cacheDirectory(), clock, onEvent: (event) => events.push(event) });
  return {
    backend,
    events,
    pass(milliseconds: number) {
      now += milliseconds;
      monotonic += milliseconds;
    },
    setClock(to: number) {
      now = to;
    },
    now: () => now,
    async put(key: string, times: { createdAt?: number; expiresAt?: number; keepUntil?: number }, size = 10) {
      await backend.setBlob(key, await sampleBlob(sampleBytes(size, 1), { createdAt: now, ...times }));
    },
    async keys() {
      const keys: string[] = [];
      for await (const key of backend.keys()) keys.push(key);
      return keys;
    },
  };
}

test("what has expired is forgotten along with later writes, and stale values only once nobody may be served them", async () => {
  const { backend, events, pass, put, keys, now } = scene();
  await put("short", { expiresAt: now() + 1_000 });
  await put("large", { expiresAt: now() + 2_000 }, 100_000);
  await put("stale", { expiresAt: now() + 1_000, keepUntil: now() + 100_000 });
  await put("lasting", {});
  pass(10_000);
  await put("later 1", {});
  pass(10_000);
  await put("later 2", {});
  expect(await keys()).toEqual(["lasting", "later 1", "later 2", "stale"]);
  expect(events).toEqual([
    { type: "evict", key: "short", reason: "expired", byteLength: 10 },
    { type: "evict", key: "large", reason: "expired", byteLength: 100_000 },
  ]);
  pass(200_000);
  await put("later 3", {});
  expect(await keys()).not.toContain("stale");
  expect((await backend.readCounters()).expirations).toBe(3);
  await expectExactAccount(backend.directory);
  expect((await backend.check()).problems).toEqual([]);
  await backend.close();
});

test("an expiry that was taken back by a later write does not forget the entry", async () => {
  const { backend, pass, put, keys, now } = scene();
  await put("key", { expiresAt: now() + 1_000 });
  await put("key", {});
  await put("other", { expiresAt: now() + 1_000 });
  await put("other", { expiresAt: now() + 100_000 });
  for (let i = 0; i < 3; i++) {
    pass(10_000);
    await put("later", {});
  }
  expect(await keys()).toEqual(["key", "later", "other"]);
  await backend.close();
});

test("what was just stored is not forgotten in the background, however long ago it expired", async () => {
  const { backend, put, keys } = scene();
  await put("old", { createdAt: 1, expiresAt: 2 });
  for (let i = 0; i < 5; i++) await put(`later ${i}`, {});
  expect(await keys()).toContain("old");
  expect(await backend.cull()).toBe(1);
  expect(await keys()).not.toContain("old");
  await backend.close();
});

test("an entry from before the clock was set back is neither forgotten too early nor kept until its time comes again", async () => {
  const { backend, pass, put, keys, now, setClock } = scene();
  const before = now();
  await put("future", { expiresAt: before + 50 * day });
  await put("near future", { createdAt: before - 100 * day + 1_000, expiresAt: before + day });
  await put("lasting", {});
  setClock(before - 100 * day);
  await put("later", { expiresAt: now() + 10 * day });
  const store = await openStore(backend.directory, () => {});
  const sweep = lookAtClock(store);
  expect(sweep.isDue()).toBe(false);
  pass(100_000);
  expect(sweep.isDue()).toBe(true);
  await store.batches.run(() => sweep.step());
  expect(await keys()).toEqual(["lasting", "later", "near future"]);
  await store.leave();
  await expectExactAccount(backend.directory);
  await backend.close();
});

test("a hint that fits no entry forgets nothing", async () => {
  const { backend, put, keys, now } = scene();
  await put("key", {});
  await put("expiring", { expiresAt: now() + 1_000 });
  const store = await openStore(backend.directory, () => {});
  const { expiry, order } = store.environment;
  await backend.setPolicy({ sizeLimitBytes: 1_000_000 });
  await store.batches.run(() => {
    for (const name of ["key", "expiring", "absent"]) {
      const place = indexKey(keyBytes(name));
      expiry.write(expiryKey(5, 900), Buffer.concat([Buffer.alloc(8), place]));
      order.write(orderKey({ rank: 0, sequence: 900, priority: 0 }), place);
    }
    // Of the right entry, but with a time and a rank that are not its own.
    const place = indexKey(keyBytes("expiring"));
    const { storedSequence } = knownEntryAt(store, place)!;
    expiry.write(expiryKey(5, storedSequence), Buffer.concat([Buffer.alloc(8), place]));
    order.write(orderKey({ rank: 0, sequence: storedSequence, priority: 0 }), place);
  });
  expect(await backend.cull()).toBe(0);
  const { sizeBytes } = await backend.volume();
  expect(await backend.cull(sizeBytes - 1)).toBe(1);
  expect(await keys()).toEqual(["expiring"]);
  await store.leave();
  await expectExactAccount(backend.directory);
  await backend.close();
});
