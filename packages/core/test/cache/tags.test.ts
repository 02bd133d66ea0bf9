import { describe, expect, test } from "vitest";
import { Cache } from "../../src/index.js";
import { simpleBackend } from "../conformance/simple-backend.js";
import { listed, listeningCache } from "./listening-cache.js";

async function tagged() {
  const set = listeningCache();
  await set.cache.set("1", 1, { tags: ["odd", "small"] });
  await set.cache.set("2", 2, { tags: ["even", "small"], pinned: true });
  await set.cache.set("99", 99, { tags: ["odd", "large"] });
  await set.cache.set("none", 0);
  return set;
}

describe("tags", () => {
  test("are listed with the number of their entries, and find them", async () => {
    const { cache } = await tagged();
    expect(await listed(cache.tags())).toEqual([
      { tag: "even", blobs: 1 },
      { tag: "large", blobs: 1 },
      { tag: "odd", blobs: 2 },
      { tag: "small", blobs: 2 },
    ]);
    expect(await listed(cache.taggedKeys({ allTags: ["odd", "small"] }))).toEqual(["1"]);
    expect(await listed(cache.taggedKeys({ anyTags: ["even", "large"] }))).toEqual(["2", "99"]);
    expect(await listed(cache.taggedKeys({ allTags: ["odd"], anyTags: ["even", "large"] }))).toEqual(["99"]);
  });

  test("evict what has them, pinned or not", async () => {
    const { cache } = await tagged();
    expect(await cache.evictTag("small")).toBe(2);
    expect(await cache.evict({ anyTags: ["odd", "none"] })).toBe(1);
    expect(await cache.evictTag("odd")).toBe(0);
    expect(await listed(cache.keys())).toEqual(["none"]);
  });

  test("that are none at all, or no strings, are refused", async () => {
    const { cache } = await tagged();
    await expect(cache.evict({})).rejects.toMatchObject({ code: "empty-tag-query" });
    for (const query of [{ allTags: [] }, { allTags: ["odd"], anyTags: [] }, { anyTags: "odd" }, { allTags: [1] }]) {
      await expect(cache.evict(query as never)).rejects.toMatchObject({ code: "invalid-option" });
      expect(() => cache.taggedKeys(query as never)).toThrow(expect.objectContaining({ code: "invalid-option" }));
    }
    await expect(cache.evictTag(undefined as never)).rejects.toMatchObject({ code: "invalid-option" });
    expect((await listed(cache.keys())).length).toBe(4);
  });

  test("need a backend that has an index of them", async () => {
    const cache = new Cache({ backend: simpleBackend() });
    await expect(cache.evictTag("t")).rejects.toMatchObject({ facts: { capability: "tags" } });
    expect(() => cache.tags()).toThrow(expect.objectContaining({ code: "unsupported-capability" }));
    expect(() => cache.taggedKeys({ allTags: ["t"] })).toThrow(/tags/);
  });
});

describe("evicting by tag", () => {
  test("takes along what was to be stored before, waited for or not", async () => {
    const { cache } = listeningCache();
    const setting = cache.set("k", 1, { tags: ["t"] });
    expect(await cache.evictTag("t")).toBe(1);
    await setting;
    expect(await cache.has("k")).toBe(false);
  });

  test("keeps a value that is being computed with the tag from being stored, and no other", async () => {
    const { cache } = listeningCache();
    const finish: (() => void)[] = [];
    const slow = (tags: string[] | undefined) =>
      cache.getOrSet(String(tags), () => new Promise<string>((resolve) => finish.push(() => resolve("computed"))), {
        tags,
      });
    const asking = [slow(["t"]), slow(["t", "u"]), slow(["u"]), slow(undefined)];
    await new Promise(setImmediate);
    await cache.evict({ allTags: ["t"], anyTags: ["none", "u"] });
    await cache.evict({ allTags: ["u", "none"] });
    await cache.evict({ allTags: ["t"], anyTags: ["t"] });
    for (const end of finish) end();
    expect(await Promise.all(asking)).toEqual(["computed", "computed", "computed", "computed"]);
    expect(await listed(cache.keys())).toEqual(["u", "undefined"]);
  });
});

describe("clear", () => {
  test("forgets everything, and what is being computed is not stored", async () => {
    const { cache, backend } = await tagged();
    let finish = (_: string) => {};
    const asking = cache.getOrSet("k", () => new Promise<string>((resolve) => (finish = resolve)));
    const setting = cache.set("late", 1);
    await new Promise(setImmediate);
    await cache.clear();
    finish("computed");
    expect(await asking).toBe("computed");
    await setting;
    expect(await listed(cache.keys())).toEqual([]);
    expect(await cache.stats()).toMatchObject({ sets: 0, misses: 0 });
    backend.clear = async () => {
      throw new Error("no");
    };
    await expect(cache.clear()).rejects.toMatchObject({ code: "backend-failed" });
  });
});
