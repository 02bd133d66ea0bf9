import { describe, expect, test } from "vitest";
import { entryAges } from "../../src/cache/entry-ages.js";
import { Cache, type GetOrSetOptions, MemoryCache } from "../../src/index.js";
import { backendWith, without } from "./backend-with.js";
import { fakeClock } from "./fake-clock.js";

const days = 24 * 3600 * 1000;

/** Caches of two processes: what one has stored, the other knows only from its record. */
function setUp(backend = new MemoryCache()) {
  const clock = fakeClock();
  return { clock, backend, writer: new Cache({ backend, clock }), reader: new Cache({ backend, clock }) };
}

describe.each([-3 * days, 400 * days])("when the clock jumps by %i ms, and back", (jump) => {
  test("what was seen expired meanwhile stays so", async () => {
    const { clock, backend, writer, reader } = setUp();
    await writer.set("k", "value", { ttlSeconds: 3600 });
    clock.jump(jump);
    expect(await reader.get("k")).toBeUndefined();
    await reader.close();
    clock.jump(-jump);
    expect(await reader.get("k")).toBeUndefined();
    expect(await writer.get("k")).toBeUndefined();
    expect((await backend.getBlob("k"))?.record.expiresAt ?? 0).toBeLessThanOrEqual(clock.now());
  });

  test("what has no time to live stays", async () => {
    const { clock, writer, reader } = setUp();
    await writer.set("k", "value");
    clock.jump(jump);
    expect(await reader.get("k")).toBe("value");
    clock.jump(-jump);
    expect(await reader.get("k")).toBe("value");
  });

  test("what is stored meanwhile lives no longer than its time", async () => {
    const { clock, writer, reader } = setUp();
    clock.jump(jump);
    await writer.set("k", "value", { ttlSeconds: 3600 });
    expect(await reader.get("k")).toBe("value");
    clock.jump(-jump);
    clock.advance(3600_000);
    expect(await reader.get("k")).toBeUndefined();
    expect(await writer.get("k")).toBeUndefined();
  });

  test("getOrSet computes anew, and stores", async () => {
    const { clock, writer, reader } = setUp();
    const options = { ttlSeconds: 3600 };
    await writer.set("k", "old", options);
    clock.jump(jump);
    expect(await reader.getOrSet("k", () => "new", options)).toBe("new");
    expect(await writer.getOrSet("k", () => "newer", options)).toBe("new");
    clock.jump(-jump);
    clock.advance(3600_000);
    expect(await writer.getOrSet("k", () => "newest", options)).toBe("newest");
  });
});

describe("when the clock is set back", () => {
  test("what this cache has stored lives no longer, by a clock that does not jump", async () => {
    const { clock, writer } = setUp();
    clock.advance(10_000);
    await writer.set("k", "value", { ttlSeconds: 60 });
    clock.advance(59_000);
    clock.jump(-58_000);
    expect(await writer.get("k")).toBe("value");
    clock.advance(1000);
    expect(await writer.get("k")).toBeUndefined();
    // And made known to others, which can't know.
    await writer.close();
    expect(await new Cache({ backend: writer.backend, clock }).get("k")).toBeUndefined();
  });

  test("a value from the future is not returned as a stale one", async () => {
    const { clock, writer } = setUp();
    const options: GetOrSetOptions = { ttlSeconds: 60, staleSeconds: 1e9, staleWhileRevalidate: true };
    await writer.set("k", "old", options);
    await writer.set("forever", "old");
    clock.jump(-1);
    expect(await writer.getOrSet("k", () => "new", options)).toBe("new");
    expect(await writer.getOrSet("forever", () => "new", options)).toBe("new");
  });
});

describe("a value that was seen expired", () => {
  test("can be returned as a stale one for as long as it is kept, and no longer", async () => {
    const { clock, backend, writer, reader } = setUp();
    const options: GetOrSetOptions = { ttlSeconds: 60, staleSeconds: 600, staleOnError: true };
    const failing = () => Promise.reject(new Error("no luck"));
    await writer.set("k", "old", options);
    clock.advance(60_000);
    expect(await reader.get("k")).toBeUndefined();
    await reader.close();
    const { createdAt, expiresAt, keepUntil } = (await backend.getBlob("k"))!.record;
    expect([expiresAt, keepUntil]).toEqual([createdAt, createdAt + 660_000]);
    expect(await reader.getOrSet("k", failing, options)).toBe("old");
    clock.jump(-10_000);
    expect(await reader.get("k")).toBeUndefined();
    clock.advance(609_999);
    expect(await reader.getOrSet("k", failing, options)).toBe("old");
    clock.advance(1);
    await expect(reader.getOrSet("k", failing, options)).rejects.toThrow("no luck");
  });

  test("is not marked when another was stored meanwhile", async () => {
    const memory = new MemoryCache();
    let store: () => Promise<unknown> = async () => {};
    const late = backendWith(memory, {
      async transaction(body) {
        await store();
        return memory.transaction(body);
      },
    });
    const { clock, reader, writer } = setUp(late);
    for (const options of [{ ttlSeconds: 60 }, { ttlSeconds: 7200 }]) {
      await writer.set("k", "value", { ttlSeconds: 60 });
      clock.advance(60_000);
      store = () => new Cache({ backend: memory, clock }).set("k", "value", options);
      expect(await reader.get("k")).toBeUndefined();
      await reader.close();
      expect(await reader.get("k")).toBe("value");
    }
  });

  test("is a miss also where it can't be marked, with one warning", async () => {
    const memory = new MemoryCache();
    const warnings: string[] = [];
    const broken = backendWith(memory, { transaction: () => Promise.reject(new Error("no room")) });
    const clock = fakeClock();
    const cache = new Cache({
      backend: broken,
      clock,
      onEvent: (event) => event.type === "warning" && warnings.push(event.message),
    });
    await cache.set("k", "value", { ttlSeconds: 60 });
    clock.advance(60_000);
    for (let round = 0; round < 3; round++) {
      expect(await cache.get("k")).toBeUndefined();
      await cache.close();
    }
    expect(warnings).toEqual([expect.stringContaining("no room")]);
  });

  test("is left as it is by a backend without transactions", async () => {
    const { clock, reader, writer } = setUp(without(new MemoryCache(), "transactions"));
    await writer.set("k", "value", { ttlSeconds: 60 });
    clock.advance(60_000);
    expect(await reader.get("k")).toBeUndefined();
    expect(await reader.getOrSet("k", () => "new", { ttlSeconds: 60 })).toBe("new");
  });
});

test("the ages of entries take no more memory than so many of them", () => {
  const clock = fakeClock();
  const ages = entryAges(clock, 3);
  const record = (createdAt: number) => ({
    codec: "c",
    byteLength: 0,
    checksum: "x",
    createdAt,
    expiresAt: createdAt + 10,
  });
  for (let i = 0; i < 5; i++) ages.stored(`k${i}`, record(i));
  clock.advance(10);
  expect([0, 1, 2, 3, 4].map((i) => ages.isOver(`k${i}`, record(i)))).toEqual([false, false, true, true, true]);
  expect(ages.isOver("k4", record(5))).toBe(false);
});
