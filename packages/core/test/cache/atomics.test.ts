import { describe, expect, expectTypeOf, test } from "vitest";
import { Cache, MemoryCache, type ValueCodec } from "../../src/index.js";
import { simpleBackend } from "../conformance/simple-backend.js";
import { listeningCache } from "./listening-cache.js";

class Late {
  constructor(readonly text: string) {}
}

const lateCodec: ValueCodec<Late> = {
  name: "test.late.1",
  accepts: (value) => value instanceof Late,
  encode: async ({ text }) => ({ bytes: new TextEncoder().encode(text) }),
  decode: async (source) => new Late(new TextDecoder().decode(await source.slice(0))),
};

describe("add", () => {
  test("stores where there is nothing fresh, and only there", async () => {
    const { cache, clock, told } = listeningCache();
    expect(await cache.add("k", 1, { ttlSeconds: 1, tags: ["t"] })).toMatchObject({
      stored: true,
      record: { tags: ["t"] },
    });
    expect(await cache.add("k", 2)).toMatchObject({ stored: false, reason: "present", record: { tags: ["t"] } });
    expect(await cache.get("k")).toBe(1);
    clock.advance(1000);
    expect((await cache.add("k", 3)).stored).toBe(true);
    expect(await cache.get("k")).toBe(3);
    expect(told()).toEqual(["set k", "hit k", "set k", "hit k"]);
  });

  test("lets one of many through", async () => {
    const backend = new MemoryCache();
    const caches = Array.from({ length: 4 }, () => new Cache({ backend }));
    const outcomes = await Promise.all(caches.flatMap((cache, i) => [cache.add("k", i), cache.add("k", i + 10)]));
    expect(outcomes.filter(({ stored }) => stored).length).toBe(1);
  });

  test("of a value that no codec takes changes nothing", async () => {
    const { cache, told } = listeningCache();
    await cache.set("k", 1);
    expect(await cache.add("k", () => 2)).toMatchObject({ stored: false, reason: "uncacheable-value" });
    expect(await cache.get("k")).toBe(1);
    expect(told()).toEqual(["set k", "warning uncacheable-value", "hit k"]);
  });

  test("takes values of asynchronous codecs, and large ones", async () => {
    const { cache } = listeningCache({ codecs: [lateCodec as ValueCodec] });
    expect((await cache.add("late", new Late("x"))).stored).toBe(true);
    expect(await cache.get("late")).toEqual(new Late("x"));
    const bytes = new Uint8Array(200_000).fill(7);
    const adding = cache.add("large", bytes);
    bytes.fill(0);
    expect((await adding).stored).toBe(true);
    expect(await cache.get("large")).toEqual(new Uint8Array(200_000).fill(7));
  });

  test("keeps the order of writes to its key", async () => {
    const { cache } = listeningCache({ codecs: [lateCodec as ValueCodec] });
    const outcomes = await Promise.all([
      cache.add("k", new Late("first")),
      cache.add("k", 2),
      cache.delete("k"),
      cache.add("k", 3),
    ]);
    expect(outcomes.map((outcome) => (typeof outcome === "boolean" ? outcome : outcome.stored))).toEqual([
      true,
      false,
      true,
      true,
    ]);
    expect(await cache.get("k")).toBe(3);
  });
});

describe("pop", () => {
  test("gives the value once", async () => {
    const { cache, told } = listeningCache({ codecs: [lateCodec as ValueCodec] });
    await cache.set("k", { a: [1] });
    await cache.set("late", new Late("x"));
    told();
    const popped = await Promise.all([cache.pop("k"), cache.pop("k")]);
    expect(popped).toEqual([{ a: [1] }, undefined]);
    expect(await cache.pop("late")).toEqual(new Late("x"));
    expect(await cache.has("late")).toBe(false);
    expect(told().sort()).toEqual(["delete k", "delete late", "hit k", "hit late", "miss k"]);
  });

  test("gives nothing that has expired, and leaves what can't be read", async () => {
    const { cache, clock, backend } = listeningCache({ codecs: [lateCodec as ValueCodec] });
    await cache.set("k", 1, { ttlSeconds: 1 });
    clock.advance(1000);
    expect(await cache.pop("k")).toBeUndefined();
    await cache.set("late", new Late("x"));
    expect(await new Cache({ backend }).pop("late")).toBeUndefined();
    expect(await cache.get("late")).toEqual(new Late("x"));
  });
});

describe("touch", () => {
  test("gives a fresh value a new time to live from now, and leaves the rest", async () => {
    const { cache, clock } = listeningCache();
    await cache.set("k", 1, { ttlSeconds: 1, staleSeconds: 10, tags: ["t"] });
    const { record } = (await cache.entry("k"))!;
    clock.advance(999);
    expect(await cache.touch("k", { ttlSeconds: 2 })).toBe(true);
    expect((await cache.entry("k"))!.record).toEqual({
      ...record,
      expiresAt: clock.now() + 2000,
      keepUntil: clock.now() + 12_000,
    });
    clock.advance(1999);
    expect(await cache.get("k")).toBe(1);
    clock.advance(1);
    expect(await cache.get("k")).toBeUndefined();
    expect(await cache.touch("k", { ttlSeconds: 2 })).toBe(false);
    expect(await cache.touch("none")).toBe(false);
  });

  test("without a time to live keeps the value until it is deleted", async () => {
    const { cache, clock } = listeningCache();
    await cache.set("k", 1, { ttlSeconds: 1 });
    expect(await cache.touch("k")).toBe(true);
    clock.advance(1e12);
    expect(await cache.get("k")).toBe(1);
    await expect(cache.touch("k", { ttlSeconds: 0 })).rejects.toMatchObject({ code: "invalid-ttl" });
  });

  test("makes no value live longer when the clock is set back", async () => {
    const { cache, clock } = listeningCache();
    await cache.set("k", 1, { ttlSeconds: 100 });
    clock.advance(50_000);
    await cache.touch("k", { ttlSeconds: 10 });
    clock.jump(-40_000);
    clock.advance(9_999);
    expect(await cache.get("k")).toBe(1);
    clock.advance(1);
    expect(await cache.get("k")).toBeUndefined();
  });
});

describe("increment and decrement", () => {
  test("begin at the initial number and go on from there", async () => {
    const { cache, told } = listeningCache();
    expect(await cache.increment("n")).toBe(1);
    expect(await cache.increment("n", 5)).toBe(6);
    expect(await cache.decrement("n", 2)).toBe(4);
    expect(await cache.decrement("m", 1, { initial: 10 })).toBe(9);
    expect(await cache.increment("half", 0.5)).toBe(0.5);
    expect(told()).toEqual(["set n", "set n", "set n", "set m", "set half"]);
    expect(await cache.get("n")).toBe(4);
  });

  test("keep bigints, exactly", async () => {
    const { cache } = listeningCache();
    const start = 10n ** 30n;
    await cache.set("n", start);
    const next = await cache.increment("n", 1n);
    expectTypeOf(next).toEqualTypeOf<bigint>();
    expectTypeOf((c: Cache) => c.increment("n")).returns.resolves.toEqualTypeOf<number>();
    expect(next).toBe(start + 1n);
    expect(await cache.decrement("n", 2n)).toBe(start - 1n);
    expect(await cache.increment("new", 2n)).toBe(2n);
    expect(await cache.get("new")).toBe(2n);
  });

  test("of one turn all count", async () => {
    const backend = new MemoryCache();
    const caches = [new Cache({ backend }), new Cache({ backend })];
    const asked = Array.from({ length: 500 }, (_, i) => caches[i % 2]!.increment("n"));
    const numbers = await Promise.all(asked);
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
  });

  test("come in their turn between other writes", async () => {
    const { cache } = listeningCache();
    const results = await Promise.all([
      cache.increment("n"),
      cache.increment("n"),
      cache.set("n", 100),
      cache.increment("n"),
      cache.delete("n"),
      cache.increment("n"),
    ]);
    expect([results[0], results[1], results[3], results[5]]).toEqual([1, 2, 101, 1]);
  });

  test("keep how long the number lives, and begin anew when it has expired", async () => {
    const { cache, clock } = listeningCache();
    const options = { ttlSeconds: 1, tags: ["t"], initial: 10 };
    await cache.increment("n", 1, options);
    clock.advance(600);
    expect(await cache.increment("n", 1, options)).toBe(12);
    expect((await cache.entry("n"))!.record).toMatchObject({ tags: ["t"], expiresAt: clock.now() + 400 });
    clock.advance(400);
    expect(await cache.increment("n", 1, options)).toBe(11);
  });

  test("refuse what is no number, and change nothing", async () => {
    const { cache, told } = listeningCache({ codecs: [lateCodec as ValueCodec] });
    for (const value of ["1", null, undefined, Number.NaN, [1], 1n, new Uint8Array(2)]) {
      await cache.set("k", value);
      told();
      await expect(cache.increment("k")).rejects.toMatchObject({ code: "not-a-number" });
      expect(told()).toEqual([]);
      expect(await cache.get("k")).toEqual(value);
    }
    await cache.set("k", 1);
    await expect(cache.increment("k", 1n)).rejects.toThrow("Change it by a number, not by a bigint");
    await cache.set("late", new Late("x"));
    await expect(cache.increment("late")).rejects.toMatchObject({ code: "asynchronous-codec" });
  });

  test("refuse a step that is none, and a sum that is not exact", async () => {
    const { cache } = listeningCache();
    for (const by of [Number.NaN, Infinity, "1" as never]) {
      await expect(cache.increment("k", by)).rejects.toMatchObject({ code: "invalid-option" });
      await expect(cache.decrement("k", by)).rejects.toMatchObject({ code: "invalid-option" });
    }
    await expect(cache.increment("k", 1, { initial: 1n as never })).rejects.toMatchObject({ code: "invalid-option" });
    await cache.set("k", 2 ** 53 - 2);
    expect(await cache.increment("k")).toBe(2 ** 53 - 1);
    await expect(cache.increment("k")).rejects.toMatchObject({ code: "number-out-of-range" });
    expect(await cache.get("k")).toBe(2 ** 53 - 1);
    await cache.set("k", Number.MAX_VALUE);
    await expect(cache.increment("k", Number.MAX_VALUE)).rejects.toMatchObject({ code: "number-out-of-range" });
  });
});

describe("on a backend without transactions", () => {
  test("what needs them is refused by name", async () => {
    const cache = new Cache({ backend: simpleBackend() });
    const refused = expect.objectContaining({
      code: "unsupported-capability",
      facts: expect.objectContaining({ capability: "transactions" }),
    });
    for (const asked of [
      () => cache.add("k", 1),
      () => cache.pop("k"),
      () => cache.touch("k"),
      () => cache.increment("k"),
      () => cache.transaction(() => 1),
    ]) {
      await expect(asked()).rejects.toEqual(refused);
    }
  });
});

describe("a computation under way", () => {
  test("is not stored over a number that was incremented meanwhile", async () => {
    const { cache } = listeningCache();
    let finish = (_: number) => {};
    const asking = cache.getOrSet("n", () => new Promise<number>((resolve) => (finish = resolve)));
    await new Promise(setImmediate);
    expect(await cache.increment("n", 7)).toBe(7);
    finish(1);
    expect(await asking).toBe(1);
    expect(await cache.get("n")).toBe(7);
  });
});
