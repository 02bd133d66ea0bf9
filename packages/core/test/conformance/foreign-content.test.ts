import { describe, expect, test, vi } from "vitest";
import { checkConformance } from "../../src/conformance/index.js";
import { type CacheBackend, type EntryIndex, MemoryCache } from "../../src/index.js";
import { simpleBackend } from "./simple-backend.js";

async function store(backend: CacheBackend, key: string): Promise<void> {
  const record = { codec: "larder.bytes.1", byteLength: 0, checksum: "xxh64:ef46db3751d8e999", createdAt: 1 };
  await backend.setBlob(key, { record, bytes: new Uint8Array(0) });
}

async function keysOf(backend: CacheBackend): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of (backend as CacheBackend & EntryIndex).keys()) keys.push(key);
  return keys;
}

describe("a backend that holds what the suite has not written", () => {
  test("is never cleared, and the report says so", async () => {
    const backend = new MemoryCache();
    await store(backend, "somebody's");
    const clear = vi.spyOn(backend, "clear");
    const report = await checkConformance(() => backend);
    expect(clear).not.toHaveBeenCalled();
    expect(report.failed).toEqual([]);
    expect(report.notRun.filter(({ name }) => name.includes("clear()")).map(({ reason }) => reason)).toEqual(
      Array.from(
        { length: 6 },
        () => "the backend holds keys that this run has not written; test it on a storage of its own",
      ),
    );
    expect(await keysOf(backend)).toEqual(["somebody's"]);
  });

  test("is not cleared for keys that an earlier run has left behind", async () => {
    const backend = new MemoryCache();
    await store(backend, "larder-conformance/0123456789abcdef01234567/3/left behind");
    const clear = vi.spyOn(backend, "clear");
    await checkConformance(() => backend);
    expect(clear).not.toHaveBeenCalled();
  });

  test("is not cleared when it can't list its keys", async () => {
    const backend = simpleBackend(() => ({ supports: {} }));
    await store(backend, "somebody's");
    const clear = vi.spyOn(backend, "clear");
    await checkConformance(() => backend);
    expect(clear).not.toHaveBeenCalled();
    expect(await backend.getBlob("somebody's")).toBeDefined();
  });

  test("is not cleared when it has a list that it does not declare, and nothing in it", async () => {
    const backend = simpleBackend(() => ({ supports: {} }));
    const clear = vi.spyOn(backend, "clear");
    await checkConformance(() => backend);
    expect(clear).not.toHaveBeenCalled();
  });

  test("is not cleared when its list leaves keys out", async () => {
    const backend = simpleBackend(({ list }) => ({
      list: (keys, prefix) => (prefix === "" ? [] : list(keys, prefix)),
    }));
    await store(backend, "somebody's");
    const clear = vi.spyOn(backend, "clear");
    await checkConformance(() => backend);
    expect(clear).not.toHaveBeenCalled();
  });

  test("is not cleared with mayClear: false, even when it is empty", async () => {
    const backend = new MemoryCache();
    const clear = vi.spyOn(backend, "clear");
    const report = await checkConformance(() => backend, { mayClear: false });
    expect(clear).not.toHaveBeenCalled();
    expect(report.conforms).toBe(true);
  });

  test("is cleared with mayClear: true", async () => {
    const backend = simpleBackend(() => ({ supports: {} }));
    await store(backend, "somebody's");
    const report = await checkConformance(() => backend, { mayClear: true });
    expect(report.passed).toContain("clear() forgets every blob and every signature");
    expect(await backend.getBlob("somebody's")).toBeUndefined();
  });
});

describe("after a run", () => {
  test("no key of the suite is left, also when tests have failed", async () => {
    for (const backend of [new MemoryCache(), simpleBackend(() => ({ slice: () => new Uint8Array(3) }))]) {
      await store(backend, "somebody's");
      await checkConformance(() => backend);
      expect(await keysOf(backend)).toEqual(["somebody's"]);
    }
  });

  test("a backend that the caller keeps is left open, and those made for the suite are closed", async () => {
    const shared = Object.assign(new MemoryCache(), { close: vi.fn(async () => {}) });
    await checkConformance(() => shared);
    expect(shared.close).not.toHaveBeenCalled();
    const closings: number[] = [];
    await checkConformance(() => {
      const number = closings.push(0) - 1;
      return Object.assign(new MemoryCache(), { close: async () => void closings[number]!++ });
    });
    expect(closings.length).toBeGreaterThan(20);
    expect(new Set(closings)).toEqual(new Set([1]));
  });
});
