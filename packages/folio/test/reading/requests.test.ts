import type { Readable } from "node:stream";
import { systemClock } from "@larder/core";
import { expect, test } from "vitest";
import { openFolioStore } from "../../src/cached/open-folio-store.js";
import { expectBytes } from "./expect-bytes.js";
import { folioGround } from "./folio-ground.js";
import { sampleBytes } from "./published-bundle.js";

const first = sampleBytes(5000, 1);
const second = sampleBytes(7000, 2);
/** Large enough to go through a file on its way. */
const large = sampleBytes(3 << 20, 3);

test("opening a folio makes no request", async () => {
  const { open, requests } = await folioGround();
  await open();
  expect(requests()).toEqual([]);
});

test("the first read asks for the manifest and the item, the next for nothing, in this process and the next", async () => {
  const { bundle, open, requests } = await folioGround();
  bundle.put("a", first);
  bundle.put("large", large);
  const folio = await open();
  expectBytes(await folio.get("a"), first);
  expect(requests()).toEqual(["GET items.json 200", "GET a 200"]);
  expectBytes(await folio.get("large"), large);
  expect(requests()).toEqual(["GET large 200"]);
  expectBytes(await folio.get("a"), first);
  expectBytes(await folio.get("large"), large);
  expect(requests()).toEqual([]);
  await folio.close();
  const next = await open();
  expectBytes(await next.get("a"), first);
  expectBytes(await next.get("large"), large);
  expect(requests()).toEqual([]);
});

test("an expired copy that has not changed costs exactly one small request, for all items together", async () => {
  const { server, bundle, clock, open, requests } = await folioGround();
  bundle.put("a", first);
  bundle.put("b", second);
  const folio = await open({ cache: { ttlSeconds: 100 } });
  await folio.get("a");
  await folio.get("b");
  clock.advance(101);
  requests();
  expectBytes(await folio.get("a"), first);
  expect(server.requests.map(({ status, bytesSent }) => [status, bytesSent])).toEqual([[304, 0]]);
  expectBytes(await folio.get("b"), second);
  expect(requests()).toEqual(["GET items.json 304"]);
  clock.advance(99);
  await folio.get("a");
  await folio.get("b");
  expect(requests()).toEqual([]);
});

test("another process need not check what one has checked", async () => {
  const { bundle, clock, open, requests } = await folioGround();
  bundle.put("a", first);
  bundle.put("b", second);
  const one = await open({ cache: { ttlSeconds: 100 } });
  await one.get("a");
  await one.get("b");
  clock.advance(101);
  await one.get("a");
  await one.close();
  requests();
  const other = await open({ cache: { ttlSeconds: 100 } });
  expectBytes(await other.get("b"), second);
  expect(requests()).toEqual([]);
});

test("a changed item costs one check and one download, and a warning names it, who changed it and when", async () => {
  const { bundle, clock, events, open, requests, warnings } = await folioGround();
  bundle.put("a", first);
  const old = bundle.items.get("a")!;
  const folio = await open({ cache: { ttlSeconds: 100 } });
  const heard: unknown[] = [];
  folio.onCacheInvalidation((change) => heard.push(change));
  await folio.get("a");
  const now = bundle.put("a", second, { updatedBy: "jonas@lab", updatedAt: "2026-01-15T12:00:30.000Z" });
  expectBytes(await folio.get("a"), first);
  clock.advance(101);
  requests();
  expectBytes(await folio.get("a"), second);
  expect(requests()).toEqual(["GET items.json 200", "GET a 200"]);
  expect(heard).toEqual([
    {
      url: folio.url,
      item: "a",
      oldVersion: `sha256:${old.checksum}`,
      newVersion: `sha256:${now.checksum}`,
      updatedBy: "jonas@lab",
      updatedAt: "2026-01-15T12:00:30.000Z",
    },
  ]);
  expect(warnings()).toEqual(["item-changed"]);
  const warning = events.find((event) => event.type === "warning");
  expect(warning).toMatchObject({ item: "a" });
  expect(warning).toHaveProperty("message", expect.stringMatching(/'a'.*jonas@lab.*2026-01-15T12:00:30/));
  await folio.get("a");
  expect(requests()).toEqual([]);
  expect(heard).toHaveLength(1);
});

test("content that another item or bundle has is not downloaded again", async () => {
  const { bundle, open, requests } = await folioGround();
  bundle.put("a", first);
  bundle.put("b", first);
  const folio = await open();
  await folio.get("a");
  requests();
  expectBytes(await folio.get("b"), first);
  expect(requests()).toEqual([]);
  expectBytes(await folio.get("b"), first);
});

test("many readers of one cold item make one check and one download", async () => {
  const { bundle, open, requests } = await folioGround();
  bundle.put("large", large);
  const folio = await open();
  const values = await Promise.all(Array.from({ length: 10 }, () => folio.get("large")));
  for (const value of values) expectBytes(value, large);
  expect(requests()).toEqual(["GET items.json 200", "GET large 200"]);
});

test("who holds an item without getting on is waited for no longer than the lock's time", async () => {
  const { bundle, directory, open, requests } = await folioGround();
  const { checksum } = bundle.put("a", first);
  const folio = await open({ clock: systemClock, cache: { lockTimeoutSeconds: 0.1 } });
  const store = await openFolioStore({ directory });
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const holding = store.exclusive(`sha256:${checksum}`, () => held);
  expectBytes(await folio.get("a"), first);
  release();
  await holding;
  await store.close();
  requests();
  expectBytes(await folio.get("a"), first);
  expect(requests()).toEqual([]);
});

test("a time to live of null never asks again, and refresh asks at once", async () => {
  const { bundle, clock, open, requests } = await folioGround();
  bundle.put("a", first);
  const folio = await open({ cache: { ttlSeconds: null } });
  await folio.get("a");
  bundle.put("a", second);
  clock.advance(3600 * 24 * 365);
  requests();
  expectBytes(await folio.get("a"), first);
  expect(requests()).toEqual([]);
  expectBytes(await folio.get("a", { refresh: true }), second);
  expect(requests()).toEqual(["GET items.json 200", "GET a 200"]);
});

test("a clock that goes back expires what another process checked later", async () => {
  const { bundle, clock, open, requests } = await folioGround();
  bundle.put("a", first);
  const one = await open();
  await one.get("a");
  await one.close();
  clock.jump(-3600);
  requests();
  const other = await open();
  expectBytes(await other.get("a"), first);
  expect(requests()).toEqual(["GET items.json 304"]);
  await other.get("a");
  expect(requests()).toEqual([]);
  await other.close();
  const third = await open();
  await third.get("a");
  expect(requests()).toEqual([]);
  expect((await third.cacheStatus("a")).ttlExpiresInSeconds).toBeLessThanOrEqual(1800);
});

test("an item without a checksum is kept for its time, and then asked about by its version", async () => {
  const { server, bundle, clock, open, requests } = await folioGround();
  bundle.put("old", first, { algorithm: "none", file: "items/old.bin" });
  const folio = await open({ cache: { ttlSeconds: 100 } });
  expectBytes(await folio.get("old"), first);
  requests();
  clock.advance(50);
  await folio.get("old");
  expect(requests()).toEqual([]);
  clock.advance(51);
  expectBytes(await folio.get("old"), first);
  expect(requests()).toEqual(["GET items.json 304", "HEAD old.bin 200"]);
  await folio.get("old");
  expect(requests()).toEqual([]);
  server.put("items/old.bin", second);
  clock.advance(101);
  expectBytes(await folio.get("old"), second);
  expect(requests()).toEqual(["GET items.json 304", "HEAD old.bin 200", "GET old.bin 200"]);
});

test.each(["md5", "sha1", "sha256"] as const)("bytes are verified by %s", async (algorithm) => {
  const { bundle, open } = await folioGround();
  bundle.put("a", first, { algorithm });
  const folio = await open();
  expectBytes(await folio.get("a"), first);
  expectBytes(await folio.get("a"), first);
});

test("an item that was deleted is unknown once that is known, and its copy goes", async () => {
  const { bundle, clock, open, warnings } = await folioGround();
  bundle.put("a", first);
  bundle.put("b", second);
  const folio = await open({ cache: { ttlSeconds: 100 } });
  await folio.get("a");
  bundle.remove("a");
  clock.advance(101);
  await expect(folio.get("a")).rejects.toMatchObject({ code: "unknown-item" });
  expect(warnings()).toEqual(["item-changed"]);
  await expect(folio.get("a", { offline: true })).rejects.toMatchObject({ code: "not-cached-offline" });
});

test("an item that was added meanwhile is found, and a misspelt name is told the nearest", async () => {
  const { bundle, open } = await folioGround();
  bundle.put("prices", first);
  const folio = await open();
  await folio.get("prices");
  bundle.put("sales", second);
  expectBytes(await folio.get("sales"), second);
  await expect(folio.get("price")).rejects.toThrow(/Did you mean 'prices'\?/);
});

test("a stream brings the bytes of an item, cached on the way", async () => {
  const { bundle, open, requests } = await folioGround();
  bundle.put("large", large);
  const folio = await open();
  expectBytes(await collected(await folio.stream("large")), large);
  requests();
  expectBytes(await collected(await folio.stream("large")), large);
  expect(requests()).toEqual([]);
});

test("an item above the size that is cached is streamed, with a notice, and forceCache caches it", async () => {
  const { bundle, open, requests, warnings } = await folioGround();
  bundle.put("large", large);
  const folio = await open({ cache: { largeFileThreshold: "1MB" } });
  expectBytes(await collected(await folio.stream("large")), large);
  expectBytes(await folio.get("large"), large);
  expect(requests()).toEqual(["GET items.json 200", "GET large 200", "GET large 200"]);
  expect(warnings()).toEqual(["large-item", "large-item"]);
  expectBytes(await folio.get("large", { forceCache: true }), large);
  requests();
  expectBytes(await folio.get("large"), large);
  expect(requests()).toEqual([]);
});

async function collected(stream: Readable): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece as Uint8Array);
  return new Uint8Array(Buffer.concat(pieces));
}
