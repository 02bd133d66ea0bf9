import { describe, expect, test } from "vitest";
import { listed, listeningCache } from "./listening-cache.js";

describe("many values at once", () => {
  test("are found in the order asked for, those that are not there left out", async () => {
    const { cache, clock, told } = listeningCache();
    await cache.set("old", 1, { ttlSeconds: 1 });
    await cache.set("a", undefined);
    await cache.set("b", [2]);
    clock.advance(1000);
    told();
    const found = await cache.getMany(["b", "none", "old", "a", "b"]);
    expect([...found]).toEqual([
      ["b", [2]],
      ["a", undefined],
    ]);
    expect(told().sort()).toEqual(["hit a", "hit b", "miss none", "miss old"]);
  });

  test("more than are looked up at a time", async () => {
    const { cache } = listeningCache();
    const entries = Array.from({ length: 2500 }, (_, i) => [`k${i}`, i] as const);
    const outcomes = await cache.setMany(new Map(entries));
    expect(outcomes.length).toBe(2500);
    expect(outcomes.every(({ stored }) => stored)).toBe(true);
    expect([...(await cache.getMany(entries.map(([key]) => key)))]).toEqual(entries);
  });

  test("have outcomes in order, one that no codec takes among them", async () => {
    const { cache } = listeningCache();
    const outcomes = await cache.setMany(
      [
        ["a", 1],
        ["b", () => 1],
        ["a", 2],
      ],
      { ttlSeconds: 5, tags: ["t"] },
    );
    expect(outcomes.map(({ stored }) => stored)).toEqual([true, false, true]);
    expect(outcomes[2]).toMatchObject({ record: { tags: ["t"], expiresAt: expect.any(Number) } });
    expect(await cache.get("a")).toBe(2);
  });

  test("with one unusable key are all refused", async () => {
    const { cache } = listeningCache();
    await expect(
      cache.setMany([
        ["a", 1],
        ["", 2],
      ]),
    ).rejects.toMatchObject({ code: "invalid-key" });
    await expect(cache.getMany(["a", ""])).rejects.toMatchObject({ code: "invalid-key" });
    expect(await listed(cache.keys())).toEqual([]);
  });

  test("are all tried when the backend fails with some, and the failure is told", async () => {
    const { cache, backend } = listeningCache();
    const setBlob = backend.setBlob.bind(backend);
    backend.setBlob = async (key, blob) => {
      if (key === "bad") throw new Error("no luck");
      await setBlob(key, blob);
    };
    const storing = cache.setMany([
      ["bad", 1],
      ["good", 2],
    ]);
    await expect(storing).rejects.toMatchObject({ code: "backend-failed", facts: { key: "bad" } });
    expect(await cache.get("good")).toBe(2);
  });
});

describe("entries in a range", () => {
  test("are the fresh ones, in order, and the limit counts these", async () => {
    const { cache, clock } = listeningCache();
    await cache.setMany(["a/1", "b/2", "b/4", "c/5"].map((key) => [key, key]));
    await cache.set("b/3", "expired", { ttlSeconds: 1 });
    clock.advance(1000);
    const keysOf = async (range: Parameters<typeof cache.entries>[0]) =>
      (await listed(cache.entries(range))).map(([key]) => key);
    expect(await keysOf({})).toEqual(["a/1", "b/2", "b/4", "c/5"]);
    expect(await keysOf({ prefix: "b/", limit: 2 })).toEqual(["b/2", "b/4"]);
    expect(await keysOf({ prefix: "b/", reverse: true, limit: 1 })).toEqual(["b/4"]);
    expect(await keysOf({ from: "b/3", before: "c/5" })).toEqual(["b/4"]);
    expect(await keysOf({ limit: 0 })).toEqual([]);
    expect(await listed(cache.keys({ prefix: "b/" }))).toEqual(["b/2", "b/3", "b/4"]);
  });

  test("can be read while it is their turn, and are closed when the next is asked for or the loop is left", async () => {
    const { cache, backend } = listeningCache();
    let open = 0;
    const getBlob = backend.getBlob.bind(backend);
    backend.getBlob = async (key) => {
      const stored = (await getBlob(key))!;
      open++;
      return { ...stored, close: async () => void open-- };
    };
    await cache.setMany(["a", "b", "c"].map((key) => [key, key]));
    for await (const [key, entry] of cache.entries()) {
      expect(open).toBe(1);
      expect(await entry.value()).toBe(key);
      if (key === "b") break;
    }
    expect(open).toBe(0);
  });

  test("with bounds of another kind are refused", () => {
    const { cache } = listeningCache();
    for (const range of [{ limit: -1 }, { limit: 1.5 }, { prefix: 1 }, { reverse: "yes" }]) {
      expect(() => cache.entries(range as never)).toThrow(expect.objectContaining({ code: "invalid-option" }));
      expect(() => cache.keys(range as never)).toThrow(expect.objectContaining({ code: "invalid-option" }));
    }
  });
});
