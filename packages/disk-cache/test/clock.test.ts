import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cache, type Clock, type GetOrSetOptions } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const days = 24 * 3600 * 1000;

let directory: string;
let backend: DiskCache;
let now: number;
let monotonic: number;
const clock: Clock = { now: () => now, monotonic: () => monotonic };
const advance = (ms: number) => {
  now += ms;
  monotonic += ms;
};

/** The cache of a process that knows of an entry what its record says. */
const newCache = () => new Cache({ backend, clock });

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "larder-clock-"));
  backend = new DiskCache({ directory });
  now = Date.now();
  monotonic = 0;
});

afterEach(async () => {
  await backend.close();
  rmSync(directory, { recursive: true, force: true });
});

/** In the index, and in a file. */
const values = { small: { text: "value" }, large: new Uint8Array(200_000).fill(7) };

describe.each([-3 * days, 400 * days])("when the clock jumps by %i ms, and back", (jump) => {
  test("what was seen expired meanwhile stays so", async () => {
    const writer = newCache();
    for (const [key, value] of Object.entries(values)) await writer.set(key, value, { ttlSeconds: 3600 });
    const reader = newCache();
    now += jump;
    for (const key of Object.keys(values)) expect(await reader.get(key)).toBeUndefined();
    await reader.close();
    now -= jump;
    for (const key of Object.keys(values)) {
      expect(await newCache().get(key)).toBeUndefined();
      expect(await writer.get(key)).toBeUndefined();
    }
    expect((await backend.check()).problems).toEqual([]);
  });

  test("what has no time to live stays", async () => {
    await newCache().set("k", "value");
    now += jump;
    expect(await newCache().get("k")).toBe("value");
    now -= jump;
    expect(await newCache().get("k")).toBe("value");
  });

  test("what is stored meanwhile lives no longer than its time", async () => {
    now += jump;
    await newCache().set("k", "value", { ttlSeconds: 3600 });
    expect(await newCache().get("k")).toBe("value");
    now -= jump;
    advance(3600_000);
    expect(await newCache().get("k")).toBeUndefined();
  });

  test("getOrSet computes anew, and stores", async () => {
    const options: GetOrSetOptions = { ttlSeconds: 3600 };
    await newCache().set("k", "old", options);
    now += jump;
    expect(await newCache().getOrSet("k", () => "new", options)).toBe("new");
    expect(await newCache().getOrSet("k", () => "newer", options)).toBe("new");
  });
});

test("what was seen expired can be returned as a stale value for as long as it is kept", async () => {
  const options: GetOrSetOptions = { ttlSeconds: 60, staleSeconds: 600, staleOnError: true };
  const failing = () => Promise.reject(new Error("no luck"));
  await newCache().set("large", values.large, options);
  advance(60_000);
  const reader = newCache();
  expect(await reader.get("large")).toBeUndefined();
  await reader.close();
  expect(await reader.getOrSet("large", failing, options)).toEqual(values.large);
  now -= 10_000;
  expect(await reader.get("large")).toBeUndefined();
  advance(610_000);
  await expect(reader.getOrSet("large", failing, options)).rejects.toThrow("no luck");
});
