import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CacheEvent, DiagnosticsEvent } from "@larder/core";
import { afterEach, describe, expect, test } from "vitest";
import { buildCache, type CacheSettingsInput, type KindCache, runtimeProfile } from "../src/index.js";
import { temporaryDirectory } from "./temporary-directory.js";

const opened: KindCache[] = [];

afterEach(async () => {
  for (const cache of opened.splice(0)) await cache.close();
});

async function build(kind: string, settings: CacheSettingsInput): Promise<KindCache> {
  const cache = await buildCache(kind, settings);
  opened.push(cache);
  return cache;
}

describe.each([1, 4])("a cache that was built, in %i shards", (shards) => {
  test("is in a directory of its kind, and finds again what it had", async () => {
    const directory = temporaryDirectory();
    const first = await build("plan", { directory, shards });
    expect(first.directory).toBe(join(directory, "plan"));
    expect(first.kind).toBe("plan");
    await first.set("key", { a: 1 });
    await first.set("large", new Uint8Array(300_000).fill(7), { tags: ["big"] });
    await first.close();
    const again = await build("plan", { directory });
    expect(await again.get("key")).toEqual({ a: 1 });
    const large = (await again.get<Uint8Array>("large"))!;
    expect(Buffer.compare(large, new Uint8Array(300_000).fill(7))).toBe(0);
    expect(again.settings()).toMatchObject({ shards, evictionPolicy: "least-recently-stored" });
    expect(await (await build("table", { directory })).get("key")).toBeUndefined();
  });

  test("can be opened twice in one process", async () => {
    const directory = temporaryDirectory();
    const [a, b] = await Promise.all([build("plan", { directory, shards }), build("plan", { directory, shards })]);
    await a.set("key", 1);
    expect(await b.get("key")).toBe(1);
    await a.close();
    await b.set("key", 2);
    expect(await b.get("key")).toBe(2);
  });

  test("says how it was used, what it holds, and whether it is in order", async () => {
    const cache = await build("plan", { directory: temporaryDirectory(), shards, sizeLimitBytes: "1 GiB" });
    for (let i = 0; i < 20; i++) await cache.set(`key ${i}`, i, { tags: ["number", `t${i % 2}`] });
    await cache.set("file", new Uint8Array(200_000));
    for (let i = 0; i < 30; i++) await cache.get(`key ${i}`);
    expect(await cache.stats()).toMatchObject({ sets: 21, hits: 20, misses: 10 });
    expect(await cache.volume()).toMatchObject({ entries: 21, limitBytes: 2 ** 30, reservedBytes: 0 });
    const report = await cache.check();
    expect(report).toMatchObject({ problems: [], entries: 21, files: 1, fileBytes: 200_000 });
    expect(await cache.evictTag("t1")).toBe(10);
    expect((await cache.volume()).entries).toBe(11);
    await cache.clear();
    expect(await cache.volume()).toMatchObject({ entries: 0, sizeBytes: 0 });
  });

  test("gives what is stored without a time to live that of its settings", async () => {
    const clock = { time: 1_700_000_000_000, now: () => clock.time, monotonic: () => clock.time };
    const profile = runtimeProfile({
      settings: { directory: temporaryDirectory(), shards, kinds: { short: { ttlSeconds: 60 } } },
      clock,
    });
    const cache = await profile.cache("short");
    await cache.set("{k}/set", 1);
    await cache.setMany([["{k}/many", 1]]);
    await cache.add("{k}/add", 1);
    await cache.increment("{k}/increment");
    await cache.getOrSet("{k}/getOrSet", () => 1);
    await cache.writeStream("{k}/stream", bytes());
    await cache.transaction(
      (view) => {
        view.set("{k}/view", 1);
        view.increment("{k}/viewIncrement");
      },
      { key: "{k}/view" },
    );
    const memoized = cache.memoize((n: number) => n, { name: "one" });
    await memoized(1);
    await cache.set("{k}/own", 1, { ttlSeconds: 3600 });
    await cache.set("{k}/never", 1, { ttlSeconds: Number.POSITIVE_INFINITY });
    const keys = ["set", "many", "add", "increment", "getOrSet", "stream", "view", "viewIncrement"];
    const all = [...keys.map((key) => `{k}/${key}`), memoized.key(1)];
    for (const key of all) expect([key, await cache.has(key)]).toEqual([key, true]);
    clock.time += 60_000;
    for (const key of all) expect([key, await cache.has(key)]).toEqual([key, false]);
    expect([await cache.has("{k}/own"), await cache.has("{k}/never")]).toEqual([true, true]);
    const other = await profile.cache("plan");
    await other.set("key", 1);
    clock.time += 10 * 365 * 86_400_000;
    expect(await other.has("key")).toBe(true);
    await profile.close();
  });
});

async function* bytes() {
  yield new Uint8Array(10);
}

describe("the structure of a cache", () => {
  test.each([
    [4, 2],
    [1, 4],
    [4, 1],
  ])("that was made with %i shards is not opened with %i", async (stored, wanted) => {
    const directory = temporaryDirectory();
    await (await build("plan", { directory, shards: stored })).set("key", 1);
    await expect(buildCache("plan", { directory, shards: wanted })).rejects.toMatchObject({
      code: "settings-conflict",
      facts: { field: "shards", stored, wanted },
      message: expect.stringContaining(`made with shards: ${stored}, and it was asked for with shards: ${wanted}`),
    });
    expect(existsSync(join(directory, "plan", "shard-00"))).toBe(stored > 1);
    expect(existsSync(join(directory, "plan", "index.lmdb"))).toBe(stored === 1);
    expect(await (await build("plan", { directory })).get("key")).toBe(1);
  });

  test.each([1, 2])("decides whether entries are indexed by their tags, in %i shards", async (shards) => {
    const directory = temporaryDirectory();
    const cache = await build("plan", { directory, shards, tagIndex: false });
    await cache.set("key", 1, { tags: ["a"] });
    await cache.set("key", 2, { tags: ["a", "b"] });
    expect((await cache.entry("key"))!.record.tags).toEqual(["a", "b"]);
    expect(() => cache.tags()).toThrow(expect.objectContaining({ code: "unsupported-capability" }));
    await expect(cache.evictTag("a")).rejects.toMatchObject({ code: "unsupported-capability" });
    expect((await cache.check()).problems).toEqual([]);
    expect((await cache.check({ fix: true })).problems).toEqual([]);
    await cache.delete("key");
    await expect(buildCache("plan", { directory, tagIndex: true })).rejects.toMatchObject({
      code: "settings-conflict",
      facts: { field: "tagIndex", stored: false, wanted: true },
    });
    await cache.close();
    const again = await build("plan", { directory });
    expect(again.settings().tagIndex).toBe(false);
    await expect(again.evictTag("a")).rejects.toMatchObject({ code: "unsupported-capability" });
  });

  test("is known without its file, by what is there", async () => {
    for (const shards of [1, 3]) {
      const directory = temporaryDirectory();
      const first = await build("plan", { directory, shards });
      await first.set("key", shards);
      await first.close();
      writeFileSync(join(directory, "plan", "larder.json"), "{ damaged");
      const again = await build("plan", { directory });
      expect(again.settings().shards).toBe(shards);
      expect(await again.get("key")).toBe(shards);
    }
  });

  test("of a newer version is left alone", async () => {
    const directory = temporaryDirectory();
    const path = join(directory, "plan", "larder.json");
    mkdirSync(join(directory, "plan"), { recursive: true });
    writeFileSync(path, '{ "format": 99, "shards": 4 }');
    await expect(buildCache("plan", { directory })).rejects.toMatchObject({ code: "newer-format" });
    expect(readFileSync(path, "utf8")).toBe('{ "format": 99, "shards": 4 }');
  });

  test("is not begun among files of others, nor where a file is", async () => {
    const directory = temporaryDirectory();
    mkdirSync(join(directory, "plan"), { recursive: true });
    writeFileSync(join(directory, "plan", "thesis.txt"), "mine");
    writeFileSync(join(directory, "table"), "mine");
    await expect(buildCache("plan", { directory })).rejects.toMatchObject({ code: "not-a-cache-directory" });
    await expect(buildCache("table", { directory })).rejects.toMatchObject({ code: "not-a-directory" });
    await expect(buildCache("deep", { directory: join(directory, "table", "x") })).rejects.toMatchObject({
      code: expect.any(String),
    });
  });
});

describe("the policies of a cache", () => {
  test("are those that were said last, and hold where nothing is said", async () => {
    const directory = temporaryDirectory();
    const events: CacheEvent[] = [];
    const profile = runtimeProfile({ settings: { directory }, onEvent: (event) => void events.push(event) });
    const running = await profile.cache("plan");
    expect(running.settings()).toMatchObject({ sizeLimitBytes: 50 * 2 ** 30, ttlSeconds: Number.POSITIVE_INFINITY });
    await build("plan", { directory, sizeLimitBytes: "1 GiB", evictionPolicy: "least-recently-used" });
    await build("plan", { directory, ttlSeconds: 60 });
    const last = await build("plan", { directory });
    const said = { sizeLimitBytes: 2 ** 30, evictionPolicy: "least-recently-used", ttlSeconds: 60 };
    expect(last.settings()).toMatchObject(said);
    expect((await last.volume()).limitBytes).toBe(2 ** 30);
    expect((await running.volume()).limitBytes).toBe(2 ** 30);
    await expect.poll(() => running.settings(), { timeout: 10_000 }).toMatchObject(said);
    const change = events.find((event) => event.type === "warning" && event.code === "settings-changed");
    expect(change).toMatchObject({ message: expect.stringContaining("sizeLimitBytes from 50 GiB to 1 GiB") });
    await profile.close();
  });

  test("are told by the one who changes them, not by the one who makes the cache", async () => {
    const directory = temporaryDirectory();
    const codes: string[] = [];
    const open = (settings: CacheSettingsInput) =>
      runtimeProfile({
        settings: { directory, ...settings },
        onEvent: (event) => void (event.type === "warning" && codes.push(event.code)),
      });
    const first = open({ sizeLimitBytes: "1 GiB" });
    await first.cache("plan");
    await first.close();
    expect(codes).toEqual([]);
    const second = open({ sizeLimitBytes: "2 GiB" });
    await second.cache("plan");
    await second.close();
    expect(codes).toEqual(["settings-changed"]);
  });

  test.each([1, 4])("make a cache in %i shards smaller at once when the limit is lowered", async (shards) => {
    const directory = temporaryDirectory();
    const first = await build("plan", { directory, shards, sizeLimitBytes: "64 MiB" });
    for (let i = 0; i < 60; i++) await first.set(`key ${i}`, new Uint8Array(100_000 + i));
    await build("plan", { directory, sizeLimitBytes: "2 MiB" });
    const { sizeBytes, limitBytes, entries } = await first.volume();
    expect(limitBytes).toBe(2 * 2 ** 20);
    expect(sizeBytes).toBeLessThanOrEqual(2 * 2 ** 20);
    expect(entries).toBeGreaterThan(10);
  });

  test("survive a file that is damaged: then the defaults hold", async () => {
    const directory = temporaryDirectory();
    const first = await build("plan", { directory, ttlSeconds: 60 });
    await first.close();
    for (const text of ["{ damaged", '{ "ttlSeconds": -1 }', '{ "shards": 7 }', "null", "[]"]) {
      writeFileSync(join(directory, "plan", "settings.json"), text);
      const again = await build("plan", { directory });
      expect(again.settings()).toMatchObject({ ttlSeconds: Number.POSITIVE_INFINITY, shards: 1 });
      await again.close();
    }
  });
});

describe("a profile", () => {
  test("is frozen, gives one cache for each kind, and none once it is closed", async () => {
    const profile = runtimeProfile({ settings: { directory: temporaryDirectory() } });
    expect([profile, profile.settings, profile.sinks].every(Object.isFrozen)).toBe(true);
    const [a, b, c] = await Promise.all([profile.cache("plan"), buildCache("plan", profile), profile.cache("table")]);
    expect(a).toBe(b);
    expect(a).not.toBe(c);
    await profile.close();
    await profile.close();
    await expect(profile.cache("plan")).rejects.toMatchObject({ code: "profile-closed" });
    expect(() => profile.child({})).toThrow(expect.objectContaining({ code: "profile-closed" }));
  });

  test("tries again after a cache could not be opened", async () => {
    const directory = temporaryDirectory();
    const profile = runtimeProfile({ settings: { directory, kinds: { plan: { shards: 2 } } } });
    await build("plan", { directory, shards: 1 }).then((cache) => cache.close());
    await expect(profile.cache("plan")).rejects.toMatchObject({ code: "settings-conflict" });
    await expect(profile.cache("")).rejects.toMatchObject({ code: "invalid-kind" });
    expect(await (await profile.cache("table")).get("key")).toBeUndefined();
    await profile.close();
  });

  test("has children that differ in what was said, and are closed with it", async () => {
    const directory = temporaryDirectory();
    const events: DiagnosticsEvent[] = [];
    const sinks = [{ write: (event: DiagnosticsEvent) => void events.push(event) }];
    const settings = { directory, ttlSeconds: 60, kinds: { plan: { shards: 2, ttlSeconds: 5 } } };
    const profile = runtimeProfile({ settings, sinks });
    const child = profile.child({ settings: { kinds: { plan: { ttlSeconds: 9 } }, evictionPolicy: "none" } });
    expect(child.settings).toEqual({
      directory,
      ttlSeconds: 60,
      evictionPolicy: "none",
      kinds: { plan: { shards: 2, ttlSeconds: 9 } },
    });
    expect(child.sinks).toEqual(sinks);
    const cache = await child.cache("plan");
    expect(cache.settings()).toMatchObject({ shards: 2, ttlSeconds: 9, evictionPolicy: "none" });
    await profile.close();
    await expect(child.cache("plan")).rejects.toMatchObject({ code: "profile-closed" });
    expect(events.map(({ schema }) => schema)).toContain("larder.cache.stats.v1");
  });

  test("sends statistics to its sinks from time to time, and when it is closed", async () => {
    const events: DiagnosticsEvent[] = [];
    const sinks = [{ write: (event: DiagnosticsEvent) => void events.push(event) }];
    const directory = temporaryDirectory();
    const profile = runtimeProfile({ settings: { directory, shards: 2 }, sinks, statisticsEverySeconds: 0.02 });
    const cache = await profile.cache("plan");
    await cache.set("key", 1);
    await cache.get("key");
    const own = { hits: 1, sets: 1, misses: 0 };
    const place = { cache: join(directory, "plan"), kind: "plan" };
    await expect
      .poll(() => events, { timeout: 10_000 })
      .toContainEqual(expect.objectContaining({ ...place, own: expect.objectContaining(own) }));
    await profile.close();
    const reports = events.filter(({ schema }) => schema === "larder.cache.stats.v1");
    expect(reports.at(-1)).toMatchObject({ ...place, own, total: own });
    expect(events.filter(({ schema }) => schema === "larder.cache.volume.v1").at(-1)).toMatchObject({ entries: 1 });
    expect(events.some(({ schema }) => schema === "larder.cache.hit.v1")).toBe(false);
    const before = events.length;
    await new Promise((resolve) => setImmediate(resolve));
    expect(events.length).toBe(before);
  });

  test("refuses a period of statistics that is none", () => {
    for (const statisticsEverySeconds of [0, -1, Number.NaN]) {
      expect(() => runtimeProfile({ statisticsEverySeconds })).toThrow(
        expect.objectContaining({ code: "invalid-settings" }),
      );
    }
  });
});
