import { readdir } from "node:fs/promises";
import { MemoryCache } from "@larder/core";
import { expect, test } from "vitest";
import { expectBytes } from "./expect-bytes.js";
import { folioGround } from "./folio-ground.js";
import { sampleBytes } from "./published-bundle.js";

const first = sampleBytes(5000, 1);
const second = sampleBytes(7000, 2);
const day = 86_400;
const unreachable = { status: 503 };

test("while the remote can't be reached, a stale copy is served with a warning, for a day", async () => {
  const { server, bundle, clock, open, events, warnings } = await folioGround();
  bundle.put("a", first);
  const folio = await open();
  await folio.get("a");
  server.fault = () => unreachable;
  clock.advance(1801);
  expectBytes(await folio.get("a"), first);
  expect(warnings()).toEqual(["stale-copy"]);
  expect(events.find((event) => event.type === "hit")).toMatchObject({ stale: true });
  clock.advance(day - 1801);
  expectBytes(await folio.get("a"), first);
  clock.advance(1);
  await expect(folio.get("a")).rejects.toMatchObject({ code: "too-stale" });
  expectBytes(await folio.get("a", { useStale: true }), first);
  server.fault = () => undefined;
  expectBytes(await folio.get("a"), first);
});

test("how old a copy is counts from the last check of the manifest, also where another item was read", async () => {
  const { server, bundle, clock, open } = await folioGround();
  bundle.put("a", first);
  bundle.put("b", second);
  const folio = await open();
  await folio.get("a");
  await folio.get("b");
  clock.advance(day * 0.8);
  await folio.get("b");
  clock.advance(day * 0.8);
  server.fault = () => unreachable;
  expectBytes(await folio.get("a"), first);
  clock.advance(day * 0.3);
  await expect(folio.get("a")).rejects.toMatchObject({ code: "too-stale" });
});

test("the warning about stale copies can be switched off, and serving them too", async () => {
  const { server, bundle, clock, open, warnings } = await folioGround();
  bundle.put("a", first);
  const folio = await open({ cache: { staleWarning: false } });
  await folio.get("a");
  server.fault = () => unreachable;
  clock.advance(1801);
  expectBytes(await folio.get("a"), first);
  expect(warnings()).toEqual([]);
  const exacting = await open({ cache: { fallbackToStale: false } });
  await expect(exacting.get("a")).rejects.toMatchObject({ code: "remote-unreachable" });
});

test("in strict mode a stale copy is never served", async () => {
  const { server, bundle, clock, open } = await folioGround();
  bundle.put("a", first);
  const folio = await open({ cache: { strictMode: true } });
  await folio.get("a");
  server.fault = () => unreachable;
  expectBytes(await folio.get("a"), first);
  clock.advance(1801);
  await expect(folio.get("a")).rejects.toMatchObject({ code: "remote-unreachable" });
});

test("a copy that is known to be out of date is served while the new one can't be reached", async () => {
  const { server, bundle, clock, open, warnings } = await folioGround();
  bundle.put("a", first);
  const folio = await open();
  await folio.get("a");
  bundle.put("a", second);
  clock.advance(1801);
  server.fault = ({ path }) => (path.includes("/items/") ? unreachable : undefined);
  expectBytes(await folio.get("a"), first);
  expect(warnings()).toEqual(["item-changed", "stale-copy"]);
  server.fault = () => undefined;
  expectBytes(await folio.get("a"), second);
});

test("access that is refused is an error and no reason to serve a stale copy", async () => {
  const { server, bundle, clock, open } = await folioGround();
  bundle.put("a", first);
  const folio = await open();
  await folio.get("a");
  server.fault = () => ({ status: 403 });
  clock.advance(1801);
  await expect(folio.get("a")).rejects.toMatchObject({ code: "remote-refused" });
});

test("offline nothing is asked: what is cached is served, the rest is an error that says so", async () => {
  const { bundle, clock, open, requests } = await folioGround();
  bundle.put("a", first);
  bundle.put("b", second);
  const before = await open();
  await before.get("a");
  await before.close();
  clock.advance(10 * day);
  requests();
  const folio = await open({ cache: { cacheMode: "offline" } });
  expectBytes(await folio.get("a"), first);
  expect(await folio.has("b")).toBe(true);
  expect((await folio.list()).map(({ name }) => name)).toEqual(["a", "b"]);
  await expect(folio.get("b")).rejects.toMatchObject({ name: "CacheError", code: "not-cached-offline" });
  await expect(folio.refreshItem("a")).rejects.toMatchObject({ code: "offline" });
  const asked = await open();
  expectBytes(await asked.get("a", { offline: true }), first);
  expect(requests()).toEqual([]);
});

test("in the mode read-only nothing is written to the cache", async () => {
  const { bundle, clock, directory, open, requests } = await folioGround();
  bundle.put("a", first);
  bundle.put("b", second);
  const writer = await open();
  await writer.get("a");
  requests();
  const folio = await open({ cache: { cacheMode: "read-only" } });
  expectBytes(await folio.get("a"), first);
  expect(requests()).toEqual([]);
  expectBytes(await folio.get("b"), second);
  expectBytes(await folio.get("b"), second);
  expect(requests()).toEqual(["GET b 200", "GET b 200"]);
  clock.advance(1801);
  expectBytes(await folio.get("a"), first);
  expect(requests()).toEqual(["GET items.json 304"]);
  // Seen by the others as it was before.
  expectBytes(await writer.get("a"), first);
  expect(requests()).toEqual(["GET items.json 304"]);
  expect(await readdir(`${directory}/downloads`)).toEqual([]);
  expectBytes(await folio.get("b", { forceCache: true }), second);
  requests();
  expectBytes(await folio.get("b"), second);
  expect(requests()).toEqual([]);
});

test("with the cache disabled every read comes from the remote, verified", async () => {
  const { server, bundle, open, requests } = await folioGround();
  bundle.put("a", first);
  for (const cache of [{ enabled: false }, { cacheMode: "disabled" }] as const) {
    const folio = await open({ cache });
    expectBytes(await folio.get("a"), first);
    expectBytes(await folio.get("a"), first);
    expect(requests()).toEqual(["GET items.json 200", "GET a 200", "GET items.json 304", "GET a 200"]);
    server.fault = ({ path }) => (path.includes("/items/") ? { corruptByteAt: 100 } : undefined);
    await expect(folio.get("a")).rejects.toMatchObject({ name: "ChecksumMismatchError" });
    server.fault = () => undefined;
    await folio.close();
    requests();
  }
});

test("a cache that is switched off leaves no directory", async () => {
  const { bundle, directory, open } = await folioGround();
  bundle.put("a", first);
  const folio = await open({ cache: { enabled: false } });
  await folio.get("a", { forceCache: true });
  expect(await readdir(directory)).toEqual([]);
});

test("a memory cache keeps copies that nobody can change through what they were given", async () => {
  const { server, bundle, open, requests } = await folioGround();
  bundle.put("a", first);
  const { openFolio } = await import("../../src/open-folio.js");
  const folio = await openFolio(server.url, { cache: { backend: new MemoryCache() }, env: {}, log: () => undefined });
  const value = await folio.get<Uint8Array>("a");
  value.fill(0);
  const again = await folio.get<Uint8Array>("a");
  expectBytes(again, first);
  again.fill(0);
  expectBytes(await folio.get("a"), first);
  expect(requests()).toEqual(["GET items.json 200", "GET a 200"]);
  await folio.close();
  await open();
});

test("options that make no sense are refused by their names", async () => {
  const { bundle, open } = await folioGround();
  bundle.put("a", first);
  const folio = await open();
  await expect(folio.get("a", { ttlSeconds: -1 })).rejects.toMatchObject({
    code: "invalid-option",
    facts: { option: "ttlSeconds" },
  });
  await expect(folio.get("a", { refresh: true, offline: true })).rejects.toMatchObject({
    facts: { option: "refresh" },
  });
  await expect(folio.get("a", { columns: ["x"] })).rejects.toMatchObject({ code: "not-a-table" });
  await expect(folio.table("a")).rejects.toMatchObject({ code: "not-a-table" });
  await folio.close();
  await expect(folio.get("a")).rejects.toMatchObject({ code: "closed" });
});
