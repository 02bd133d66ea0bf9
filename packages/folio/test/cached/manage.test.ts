import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { FolioStore } from "../../src/cached/folio-store.js";
import { cacheStatus } from "../../src/cached/manage/cache-status.js";
import { cleanupCache } from "../../src/cached/manage/cleanup-cache.js";
import { cleanupOrphanedCaches } from "../../src/cached/manage/cleanup-orphaned-caches.js";
import { clearAll } from "../../src/cached/manage/clear-all.js";
import { clearBundle } from "../../src/cached/manage/clear-bundle.js";
import { folioStatistics } from "../../src/cached/manage/folio-statistics.js";
import { openFolioCache } from "../../src/cached/manage/open-folio-cache.js";
import { effectiveSettings } from "../../src/configuration/effective-settings.js";
import {
  all,
  contentIdOf,
  kindsOfStore,
  movedClock,
  openStore,
  putText,
  temporaryFolder,
  textOf,
  url,
} from "./stores.js";

const other = "https://host/data/other";

function manifestOf(items: Readonly<Record<string, string>>): string {
  const entries = Object.entries(items).map(([name, text]) => {
    const [checksumAlgorithm, checksum] = contentIdOf(text).split(":");
    return [name, { kind: "text", file: `items/${name}`, sizeBytes: text.length, checksum, checksumAlgorithm }];
  });
  return JSON.stringify({ formatVersion: 1, items: Object.fromEntries(entries) });
}

async function putManifest(store: FolioStore, items: Readonly<Record<string, string>>, lastManifestCheck: number) {
  const manifestText = manifestOf(items);
  await store.putBundle({ url, manifestText, manifestVersion: "m", manifestChecksum: "0", lastManifestCheck });
}

describe.each(kindsOfStore)("of a cache %s", (where, open) => {
  test("the status of an item says what is known of it, and whether its bytes are right", async () => {
    const clock = movedClock(100_000);
    const store = await open({ clock });
    expect(await cacheStatus(store, url, "a", { ttlSeconds: 1800 }, clock)).toMatchObject({
      cached: false,
      accessCount: 0,
    });
    const content = await putText(store, "a", "text", {
      cachedAt: 10_000,
      lastVerified: 20_000,
      pinned: true,
      priority: 3,
    });
    store.touch(url, "a");
    const expected = {
      cached: true,
      sizeBytes: 4,
      cachedAt: new Date(10_000),
      lastVerified: new Date(20_000),
      ttlExpiresInSeconds: 1800 - 80,
      checksumValid: true,
      accessCount: 1,
      lastAccessed: new Date(100_000),
      pinned: true,
      priority: 3,
    };
    const path = await store.contentPath(content);
    expect(await cacheStatus(store, url, "a", { ttlSeconds: 1800 }, clock)).toEqual({ ...expected, path });
    expect(path === undefined).toBe(where === "in memory");
    const never = await cacheStatus(store, url, "a", { ttlSeconds: null }, clock);
    expect(never.ttlExpiresInSeconds).toBeNull();
    expect((await cacheStatus(store, url, "a", { ttlSeconds: 10 }, clock)).ttlExpiresInSeconds).toBe(-70);

    // A check of the manifest verifies what it names as it is here, and nothing else.
    await putManifest(store, { a: "text" }, 90_000);
    expect((await cacheStatus(store, url, "a", { ttlSeconds: 1800 }, clock)).lastVerified).toEqual(new Date(90_000));
    await putManifest(store, { a: "newer" }, 95_000);
    expect((await cacheStatus(store, url, "a", { ttlSeconds: 1800 }, clock)).lastVerified).toEqual(new Date(20_000));

    await store.putContent(content, "text", { bytes: Buffer.from("tExt") });
    expect((await cacheStatus(store, url, "a", { ttlSeconds: 1800 }, clock)).checksumValid).toBe(false);
    await store.dropContent(content);
    const evicted = await cacheStatus(store, url, "a", { ttlSeconds: 1800 }, clock);
    expect(evicted).toMatchObject({
      cached: false,
      path: undefined,
      checksumValid: undefined,
      accessCount: 1,
      pinned: true,
    });
  });

  test("statistics count items whose content is there, shared content once, and use as told", async () => {
    const store = await open();
    expect(await folioStatistics(store, undefined)).toMatchObject({
      bundles: 0,
      items: 0,
      hitRate: undefined,
      oldestAccess: undefined,
    });
    await putText(store, "a", "shared", { lastAccessed: 5_000 });
    await putText(store, "b", "shared", { lastAccessed: 3_000 });
    await putText(store, "c", "alone", { url: other, lastAccessed: 4_000 });
    await store.dropContent(await putText(store, "gone", "evicted", { lastAccessed: 1_000 }));
    store.count(url, { hits: 6, staleHits: 1, misses: 3, remoteChecks: 2 });
    store.count(other, { misses: 10 });
    const ofOne = await folioStatistics(store, url);
    expect(ofOne).toMatchObject({ url, bundles: 1, items: 2, totalSizeBytes: 6, hitRate: 0.7, remoteChecks: 2 });
    expect(ofOne.oldestAccess).toEqual(new Date(3_000));
    const ofAll = await folioStatistics(store, undefined);
    expect(ofAll).toMatchObject({ url: undefined, bundles: 2, items: 3, misses: 13, hitRate: 0.35 });
    const { sizeBytes, limitBytes } = await store.volume();
    expect(ofAll).toMatchObject({ totalSizeBytes: sizeBytes, limitBytes });
    expect(ofAll.usedShare).toBeCloseTo(Number.isFinite(limitBytes) ? sizeBytes / limitBytes : 0, 12);
  });

  test("clearing says beforehand what will go, and it is that", async () => {
    const store = await open();
    await putText(store, "a", "shared");
    await putText(store, "b", "alone");
    await putText(store, "b2", "alone");
    await putText(store, "c", "shared", { url: other });
    await store.putPart("p", Buffer.from("123"), { content: "v" });
    const expected = { items: 3, bytes: 5 };
    expect(await clearBundle(store, url, { dryRun: true })).toEqual(expected);
    expect((await all(store.items(url))).length).toBe(3);
    expect(await clearBundle(store, url)).toEqual(expected);
    expect(await clearAll(store, { dryRun: true })).toEqual({ items: 1, bytes: 6 + 3 });
    expect(await textOf(store, contentIdOf("shared"))).toBe("shared");
    expect(await clearAll(store)).toEqual({ items: 1, bytes: 6 + 3 });
    expect(await folioStatistics(store, undefined)).toMatchObject({ bundles: 0, items: 0 });
    expect(await clearAll(store)).toEqual({ items: 0, bytes: 0 });
  });

  test("what was not used for long goes, except what is pinned and what others still have", async () => {
    const clock = movedClock(1_000_000_000);
    const store = await open({ clock });
    const ago = (seconds: number) => ({ lastAccessed: clock.now() - seconds * 1000 });
    await putText(store, "old", "old", ago(101));
    await putText(store, "old, shared", "shared", ago(500));
    await putText(store, "pinned", "pinned", { ...ago(9_999), pinned: true });
    await putText(store, "young", "shared", ago(99));
    await putText(store, "touched", "touched", ago(500));
    await putText(store, "elsewhere", "elsewhere", { ...ago(500), url: other });
    store.touch(url, "touched");
    const options = { url, olderThanSeconds: 100, clock };
    expect(await cleanupCache(store, { ...options, dryRun: true })).toEqual({ items: 2, bytes: 3 });
    expect((await all(store.items(url))).length).toBe(5);
    expect(await cleanupCache(store, options)).toEqual({ items: 2, bytes: 3 });
    expect((await all(store.items(url))).map(({ name }) => name)).toEqual(["pinned", "touched", "young"]);
    expect(await cleanupCache(store, { olderThanSeconds: 100, clock })).toEqual({ items: 1, bytes: 9 });
    await expect(cleanupCache(store, { olderThanSeconds: Number.NaN })).rejects.toMatchObject({
      facts: { option: "olderThanSeconds" },
    });
  });

  test("what nothing leads to goes, once it is no longer about to be named", async () => {
    const clock = movedClock();
    const store = await open({ clock });
    await putText(store, "a", "kept");
    await store.putContent(contentIdOf("orphan"), "text", { bytes: Buffer.from("orphan") });
    await store.dropContent(await putText(store, "evicted", "evicted"));
    await store.dropContent(await putText(store, "evicted, pinned", "pinned", { pinned: true }));
    await store.putPart("kept", Buffer.from("1"), { content: "v", url });
    await store.putPart("lost", Buffer.from("12"), { content: "v", url: "s3://no/more" });
    expect(await cleanupOrphanedCaches(store, { clock, dryRun: true })).toEqual({ items: 2, bytes: 2 });
    clock.advance(3_600);
    const expected = { items: 3, bytes: 2 + "orphan".length };
    expect(await cleanupOrphanedCaches(store, { clock, dryRun: true })).toEqual(expected);
    expect(await cleanupOrphanedCaches(store, { clock })).toEqual(expected);
    expect((await all(store.items(url))).map(({ name }) => name)).toEqual(["a", "evicted, pinned"]);
    expect(await textOf(store, contentIdOf("kept"))).toBe("kept");
    expect(await store.part("kept")).toBeDefined();
    expect(await cleanupOrphanedCaches(store, { clock })).toEqual({ items: 0, bytes: 0 });
  });

  test("bundles that are no more go; those of whom nobody can tell stay", async () => {
    const store = await open();
    await putText(store, "a", "gone");
    await putText(store, "b", "kept", { url: other });
    const isThere = async (address: string) => {
      if (address === other) throw new Error("the network is down");
      return false;
    };
    expect(await cleanupOrphanedCaches(store, { isThere, dryRun: true })).toEqual({ items: 1, bytes: 4 });
    expect(await cleanupOrphanedCaches(store, { isThere })).toEqual({ items: 1, bytes: 4 });
    expect((await all(store.bundles())).map((bundle) => bundle.url)).toEqual([other]);
  });
});

test("downloads that nobody went on with for a day go, and not those that somebody is at", async () => {
  const store = await openStore();
  const folder = join(store.directory!, "downloads");
  const held = contentIdOf("held");
  const old = new Date(Date.now() - 25 * 3_600_000);
  const write = (name: string, text: string, time?: Date) => {
    writeFileSync(join(folder, name), text);
    if (time !== undefined) utimesSync(join(folder, name), time, time);
  };
  write(`${contentIdOf("old").replace(":", "-")}.part`, "1234", old);
  write(`${contentIdOf("old").replace(":", "-")}.part.json`, "{}", old);
  write(`${contentIdOf("young").replace(":", "-")}.part`, "12");
  write(`${held.replace(":", "-")}.part`, "123", old);
  write("not ours", "x", old);
  await store.exclusive(held, async () => {
    expect(await cleanupOrphanedCaches(store, { dryRun: true })).toEqual({ items: 1, bytes: 6 });
    expect(await cleanupOrphanedCaches(store)).toEqual({ items: 1, bytes: 6 });
    expect(readdirSync(folder)).toHaveLength(3);
    expect(await clearAll(store)).toEqual({ items: 0, bytes: 2 });
  });
  expect(readdirSync(folder).sort()).toEqual(["not ours", `${held.replace(":", "-")}.part`].sort());
});

test("the cache of all folios is managed without opening a remote", async () => {
  const directory = temporaryFolder();
  const { settings } = effectiveSettings({ options: { directory }, env: {}, file: undefined });
  const limits = { maxCacheSizeBytes: 5_000_000, evictionPolicy: "lfu", evictionThreshold: 0.5 } as const;
  const store = await openStore({ directory, limits });
  await putText(store, "a", "text", { lastVerified: Date.now() });
  await putText(store, "b", "text");
  await putText(store, "c", "more", { url: other });
  await store.dropContent(contentIdOf("more"));
  await using cache = await openFolioCache({ settings });
  expect(cache.directory).toBe(store.directory);
  expect((await all(cache.items())).map((item) => [item.url, item.name, item.cached]).sort()).toEqual([
    [other, "c", false],
    [url, "a", true],
    [url, "b", true],
  ]);
  expect((await all(cache.items(other))).length).toBe(1);
  const found = async (text: string) => (await cache.find(text)).map((bundle) => bundle.url);
  expect(await found("flights")).toEqual([url]);
  expect(await found("data/other/")).toEqual([other]);
  expect(await found(url)).toEqual([url]);
  expect(await found("host")).toEqual([other]);
  expect(await found("unknown")).toEqual([]);
  expect(await found("")).toEqual([]);
  await cache.pin(url, "a");
  await cache.setPriority(url, "a", 7);
  expect(await cache.status(url, "a")).toMatchObject({ cached: true, pinned: true, priority: 7, checksumValid: true });
  await cache.unpin(url, "a");
  expect(await cache.status(url, "a")).toMatchObject({ pinned: false });
  await expect(cache.pin(url, "unknown")).rejects.toMatchObject({
    code: "not-cached",
    facts: { url, item: "unknown" },
  });
  await expect(cache.setPriority(url, "a", 101)).rejects.toMatchObject({ facts: { option: "priority" } });
  expect(await cache.statistics()).toMatchObject({ bundles: 2, items: 2, limitBytes: 5_000_000 });
  const archive = join(temporaryFolder(), "cache.tar.gz");
  expect(await cache.export(archive, { url })).toMatchObject({ items: 2 });
  expect(await cache.clear(url)).toEqual({ items: 2, bytes: 4 });
  expect(await cache.import(archive)).toMatchObject({ items: 2 });
  expect(await cache.verify()).toMatchObject({ checked: 1, problems: [] });
  expect(await cache.cleanup({ olderThanSeconds: 3e9 })).toEqual({ items: 0, bytes: 0 });
  expect(await cache.cleanupOrphaned({ dryRun: true })).toEqual({ items: 1, bytes: 0 });
  expect(await cache.clearAll()).toEqual({ items: 3, bytes: 4 });
});
