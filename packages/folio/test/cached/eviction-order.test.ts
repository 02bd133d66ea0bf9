import { MemoryCache } from "@larder/core";
import { describe, expect, test } from "vitest";
import type { FolioStore, StoreLimits } from "../../src/cached/folio-store.js";
import { cacheStatus } from "../../src/cached/manage/cache-status.js";
import { folioStatistics } from "../../src/cached/manage/folio-statistics.js";
import { verifyCache } from "../../src/cached/manage/verify-cache.js";
import { policyOf } from "../../src/cached/store-policy.js";
import type { FolioEvent } from "../../src/folio-events.js";
import { all, contentIdOf, movedClock, openStore, putText, rowOf, textOf, url } from "./stores.js";

const text = (name: string, bytes = 40_000) => name.repeat(bytes);
const limitBytes = 600_000;

const stores: readonly (readonly [string, (limits: StoreLimits) => Promise<FolioStore>])[] = [
  ["in a directory", (limits) => openStore({ limits })],
  [
    "in memory",
    (limits) => {
      const evictionPolicy = policyOf[limits.evictionPolicy];
      const backend = new MemoryCache({ sizeLimitBytes: limits.maxCacheSizeBytes, evictionPolicy });
      return openStore({ limits, backend });
    },
  ],
];

describe.each(stores)("in a store %s", (where, open) => {
  const opened = (evictionPolicy: StoreLimits["evictionPolicy"]) =>
    open({ maxCacheSizeBytes: limitBytes, evictionPolicy, evictionThreshold: 0.9 });

  test.each(["lru", "lfu"] as const)("who looks at a cache does not change what %s evicts first", async (policy) => {
    const store = await opened(policy);
    for (const name of "abcdefghijkl") await putText(store, name, text(name));
    const used = ["c", "h", "j"];
    for (let times = 0; times < 2; times++) {
      for (const name of used) expect(await textOf(store, contentIdOf(text(name)))).toBe(text(name));
    }
    for (let times = 0; times < 5; times++) {
      await all(store.contents());
      await folioStatistics(store, url);
      await verifyCache(store);
      for (const name of "abdefgikl") {
        expect(await store.hasContent(contentIdOf(text(name)))).toBe(true);
        await cacheStatus(store, url, name, { ttlSeconds: 60 }, movedClock());
      }
    }
    for (const name of "mnopq") await putText(store, name, text(name));
    for (const name of used) expect(await store.hasContent(contentIdOf(text(name)))).toBe(true);
  });

  test.each(["lru", "lfu", "fifo"] as const)("by %s, what was just stored stays", async (policy) => {
    const store = await opened(policy);
    for (const name of "abcdefghijkl") {
      await putText(store, name, text(name));
      for (let times = 0; times < 3; times++) await textOf(store, contentIdOf(text(name)));
    }
    for (const name of "mnopqrs") {
      await putText(store, name, text(name));
      expect(await store.hasContent(contentIdOf(text(name)))).toBe(true);
      const small = `${name} is small`;
      await store.putItem(url, rowOf(`small ${name}`, small), { bytes: Buffer.from(small) });
      expect(await store.hasContent(contentIdOf(small))).toBe(true);
      await store.putPart(`part ${name}`, Buffer.alloc(5_000, name), { content: contentIdOf(name) });
      expect(await store.part(`part ${name}`)).toEqual(Uint8Array.from(Buffer.alloc(5_000, name)));
    }
    expect((await store.volume()).sizeBytes).toBeLessThanOrEqual(limitBytes * 0.9);
  });

  test("several stored at once stay, too", async () => {
    const store = await opened("lfu");
    for (const name of "abcdefghijkl") {
      await putText(store, name, text(name));
      await textOf(store, contentIdOf(text(name)));
      await textOf(store, contentIdOf(text(name)));
    }
    const names = ["m", "n", "o", "p"];
    await Promise.all(names.map((name) => putText(store, name, text(name))));
    for (const name of names) expect([name, await store.hasContent(contentIdOf(text(name)))]).toEqual([name, true]);
  });

  test("what would be evicted at once is refused, and nothing goes for it", async () => {
    const events: FolioEvent[] = [];
    const store = await opened("lru");
    const kept = await putText(store, "a", text("a"));
    const bytes = Buffer.from(text("b", 570_000));
    expect(await store.hasRoomFor(bytes.byteLength)).toBe(false);
    await expect(store.putContent(contentIdOf(bytes), "file", { bytes })).rejects.toMatchObject({ code: "cache-full" });
    expect(await store.hasContent(kept)).toBe(true);
    expect(events).toEqual([]);
  });

  test("what has no room beside the pins is refused, until something is unpinned", async () => {
    const store = await opened("lru");
    const pinned = await putText(store, "a", text("a", 450_000), { pinned: true });
    expect(await store.hasRoomFor(50_000)).toBe(true);
    const bytes = Buffer.from(text("b", 100_000));
    expect(await store.hasRoomFor(bytes.byteLength)).toBe(false);
    await expect(store.putContent(contentIdOf(bytes), "file", { bytes })).rejects.toMatchObject({ code: "cache-full" });
    expect(await store.hasContent(pinned)).toBe(true);
    await store.changeItem(url, "a", { pinned: false });
    expect(await store.hasRoomFor(bytes.byteLength)).toBe(true);
    await store.putContent(contentIdOf(bytes), "file", { bytes });
    expect(await store.hasContent(contentIdOf(bytes))).toBe(true);
    if (where === "in a directory") expect(await store.hasContent(pinned)).toBe(false);
  });
});
