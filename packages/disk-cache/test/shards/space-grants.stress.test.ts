import { afterEach, describe, expect, test } from "vitest";
import { buildCache, type KindCache } from "../../src/index.js";
import { runProgram, startProgram } from "../run-program.js";
import { temporaryDirectory } from "../temporary-directory.js";

const mebibyte = 2 ** 20;
const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);
console.log(`space-grants.stress.test.ts: seed ${seed}`);

const opened: KindCache[] = [];

afterEach(async () => {
  for (const cache of opened.splice(0)) await cache.close();
});

async function inShards(shards: number, sizeLimitBytes: number, directory = temporaryDirectory()): Promise<KindCache> {
  const cache = await buildCache("table", { directory, shards, sizeLimitBytes });
  opened.push(cache);
  return cache;
}

/** Bytes that no other value has: equal ones would be kept once. */
function distinct(number: number, byteLength = 80_000): Uint8Array {
  const bytes = Buffer.alloc(byteLength);
  bytes.writeUInt32LE(number);
  return bytes;
}

async function keysOf(cache: KindCache): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of cache.keys()) keys.push(key);
  return keys;
}

describe("the limit of a cache in shards", () => {
  test("is never passed by what four processes write, and they use most of it", async () => {
    const limit = 8 * mebibyte;
    const directory = temporaryDirectory();
    const cache = await inShards(4, limit, directory);
    const count = process.env.LARDER_FAULTS_LONG === undefined ? 150 : 3000;
    const names = ["a", "b", "c", "d"];
    const outputs = await Promise.all(
      names.map((name, i) => runProgram("fill-shards", [directory, name, String(count), String(seed + i)])),
    );
    for (const output of outputs) expect(JSON.parse(output.at(-1)!).looks).toBeGreaterThan(count / 10);
    const { sizeBytes, reservedBytes, limitBytes } = await cache.volume();
    expect(limitBytes).toBe(limit);
    expect(reservedBytes).toBe(0);
    expect(sizeBytes).toBeLessThanOrEqual(limit);
    expect(sizeBytes).toBeGreaterThan(limit * 0.7);
    expect((await cache.check()).problems).toEqual([]);
  });

  test("can be used up by keys that are all in one shard", async () => {
    const limit = 8 * mebibyte;
    const cache = await inShards(4, limit);
    for (let i = 0; i < 200; i++) await cache.set(`{one}/${String(i).padStart(3, "0")}`, distinct(i));
    const { sizeBytes, entries } = await cache.volume();
    expect(sizeBytes).toBeLessThanOrEqual(limit);
    expect(sizeBytes).toBeGreaterThan(limit * 0.9);
    const expected = Array.from({ length: entries }, (_, i) => `{one}/${String(200 - entries + i).padStart(3, "0")}`);
    expect(await keysOf(cache)).toEqual(expected);
  });

  test("lets in what is larger than the even share of a shard, at the cost of all shards", async () => {
    const limit = 8 * mebibyte;
    const cache = await inShards(4, limit);
    for (let i = 0; i < 200; i++) await cache.set(`small ${i}`, distinct(i));
    const large = new Uint8Array(6 * mebibyte).fill(3);
    expect(await cache.set("large", large)).toMatchObject({ stored: true });
    expect(Buffer.compare((await cache.get<Uint8Array>("large"))!, large)).toBe(0);
    const { sizeBytes } = await cache.volume();
    expect(sizeBytes).toBeLessThanOrEqual(limit);
    expect((await keysOf(cache)).length).toBeGreaterThan(5);
  });

  test("refuses what is larger than all of it, and evicts nothing for that", async () => {
    const cache = await inShards(4, 2 * mebibyte);
    for (let i = 0; i < 10; i++) await cache.set(`small ${i}`, distinct(i));
    await expect(cache.set("large", new Uint8Array(3 * mebibyte))).rejects.toMatchObject({ code: "cache-full" });
    expect((await keysOf(cache)).length).toBe(10);
  });

  test("is shared evenly again by keys that are spread, after one shard had all of it", async () => {
    const limit = 8 * mebibyte;
    const cache = await inShards(4, limit);
    for (let i = 0; i < 120; i++) await cache.set(`{one}/${i}`, distinct(i));
    for (let i = 0; i < 250; i++) await cache.set(`spread ${i}`, distinct(1000 + i));
    const keys = await keysOf(cache);
    const spread = keys.filter((key) => key.startsWith("spread"));
    expect(spread.length).toBeGreaterThan(keys.length * 0.8);
    const newest = Array.from({ length: 20 }, (_, i) => `spread ${230 + i}`);
    expect(keys).toEqual(expect.arrayContaining(newest));
  });

  test("is whole again after processes were killed while they divided it", async () => {
    const limit = 4 * mebibyte;
    const directory = temporaryDirectory();
    const cache = await inShards(4, limit, directory);
    for (let round = 0; round < 3; round++) {
      const { child, printed, ended } = startProgram("fill-shards", [
        directory,
        `r${round}`,
        "100000",
        String(seed + round),
      ]);
      await printed("writing");
      const { entries } = await cache.volume();
      await expect
        .poll(async () => (await keysOf(cache)).some((key) => key.startsWith(`r${round}/2`)), { timeout: 20_000 })
        .toBe(true);
      expect(entries).toBeGreaterThanOrEqual(0);
      child.kill("SIGKILL");
      expect((await ended).errors).toBe("");
    }
    for (let i = 0; i < 100; i++) await cache.set(`last ${i}`, distinct(1000 + i));
    const { sizeBytes, reservedBytes } = await cache.volume();
    expect(sizeBytes + reservedBytes).toBeLessThanOrEqual(limit);
    expect(sizeBytes).toBeGreaterThan(limit * 0.7);
    expect(await cache.has("last 99")).toBe(true);
  });

  test("goes when it is taken back, and comes when it is given", async () => {
    const directory = temporaryDirectory();
    const cache = await inShards(2, 2 * mebibyte, directory);
    const unlimited = await inShards(2, Number.POSITIVE_INFINITY, directory);
    expect((await unlimited.volume()).limitBytes).toBeUndefined();
    for (let i = 0; i < 60; i++) await cache.set(`key ${i}`, distinct(i));
    expect((await cache.volume()).entries).toBe(60);
    const limited = await inShards(2, 3 * mebibyte, directory);
    const { sizeBytes, limitBytes } = await limited.volume();
    expect(limitBytes).toBe(3 * mebibyte);
    expect(sizeBytes).toBeLessThanOrEqual(3 * mebibyte);
  });
});
