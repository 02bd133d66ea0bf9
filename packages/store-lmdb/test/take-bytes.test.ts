import { Cache } from "@larder/core";
import { afterEach, expect, test } from "vitest";
import { LmdbBackend } from "../src/lmdb-backend.js";
import { cacheDirectory } from "./temporary-directory.js";

let cache: Cache;

afterEach(() => cache.close());

const smallBytes = 1000;
const fileBytes = 100_000;

function opened(): Cache {
  cache = new Cache({ backend: new LmdbBackend({ directory: cacheDirectory() }) });
  return cache;
}

for (const byteLength of [0, smallBytes, fileBytes]) {
  test(`every hit of ${byteLength} bytes is memory of its own, which the caller may write to and hand on`, async () => {
    const value = Uint8Array.from({ length: byteLength }, (_, at) => at % 251);
    await opened().set("key", value);
    await cache.set("another", new Uint8Array(byteLength).fill(99));
    const keys = ["key", "another", "key", "another"];
    const [first, , second] = await Promise.all(keys.map((key) => cache.get<Uint8Array>(key)));
    const entry = (await cache.entry("key"))!;
    await cache.get("another");
    const others = [await entry.value<Uint8Array>(), await entry.value<Uint8Array>()];
    await entry.close();
    const found = [first!, second!, ...others, await cache.getOrSet("key", () => new Uint8Array(1))];
    for (const bytes of found) {
      expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
      expect(bytes.buffer.byteLength).toBe(byteLength);
      expect(Buffer.compare(bytes, value)).toBe(0);
      bytes.fill(255);
      structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
    }
    expect(Buffer.compare((await cache.get<Uint8Array>("key"))!, value)).toBe(0);
  });
}

test("a blob whose bytes were handed over can't be read any more, and the next one can", async () => {
  await opened().set("key", new Uint8Array(smallBytes).fill(7));
  const stored = (await cache.backend.getBlob("key"))!;
  expect(Buffer.compare(await stored.source.slice(0, 10), Buffer.alloc(10, 7))).toBe(0);
  const taken = stored.takeBytes!();
  taken.fill(8);
  expect(() => stored.source.slice(0)).toThrow("handed over");
  expect(() => stored.takeBytes!()).toThrow("handed over");
  const next = (await cache.backend.getBlob("key"))!;
  expect(Buffer.compare(await next.source.slice(0), Buffer.alloc(smallBytes, 7))).toBe(0);
});
