import { expect, onTestFinished, test, vi } from "vitest";
import type { FolioProgress } from "../../src/folio.js";
import { expectBytes } from "./expect-bytes.js";
import { folioGround } from "./folio-ground.js";
import { sampleBytes } from "./published-bundle.js";

const names = ["a", "b", "c", "d", "e", "f"];

async function sixItems() {
  const ground = await folioGround();
  names.forEach((name, i) => void ground.bundle.put(name, sampleBytes(20_000 + i, i)));
  return ground;
}

test("warming brings all items, and says what came and what was there", async () => {
  const { clock, open, requests } = await sixItems();
  const folio = await open();
  await folio.get("b");
  const told: FolioProgress[] = [];
  const report = await folio.warmCache({ onProgress: (progress) => told.push(progress) });
  expect(report).toMatchObject({ downloaded: 5, alreadyCached: 1, failed: [] });
  expect(report.bytes).toBe(5 * 20_000 + 0 + 2 + 3 + 4 + 5);
  expect((await report.finished).downloaded).toBe(5);
  // The clock stood still: the first report and the last.
  expect(told.length).toBeLessThanOrEqual(2);
  expect(told.at(-1)!.items).toEqual({ done: 6, of: 6 });
  expect(requests()).toHaveLength(7);
  clock.advance(1);
  expect(await folio.warmCache({ items: ["a", "f"] })).toMatchObject({ downloaded: 0, alreadyCached: 2 });
  for (const name of names) await folio.get(name);
  expect(requests()).toEqual([]);
});

test("no more items are downloaded at a time than asked for", async () => {
  const { server, open } = await sixItems();
  let [now, most] = [0, 0];
  const folio = await open({
    connect: {
      fetch: async (...args) => {
        most = Math.max(most, ++now);
        try {
          return await fetch(...args);
        } finally {
          now--;
        }
      },
    },
  });
  await folio.warmCache({ parallel: 2 });
  expect(most).toBeLessThanOrEqual(2);
  expect(server.requests).toHaveLength(7);
});

test("what fails is reported, and the others come", async () => {
  const { server, open } = await sixItems();
  server.fault = ({ path }) => (path.includes("/items/c.") ? { status: 403 } : undefined);
  const folio = await open();
  const report = await folio.warmCache();
  expect(report.downloaded).toBe(5);
  expect(report.failed).toMatchObject([{ item: "c", error: { code: "remote-refused" } }]);
  expect((await folio.warmCache({ items: ["nothing"] })).failed).toMatchObject([{ error: { code: "unknown-item" } }]);
});

test("warming in the background returns at once, and closing waits for it", async () => {
  const { open, requests } = await sixItems();
  const folio = await open();
  const report = await folio.warmCache({ background: true });
  expect(report.downloaded).toBe(0);
  await folio.close();
  expect(requests()).toHaveLength(7);
  expect((await report.finished).downloaded).toBe(6);
});

test("a signal ends warming, and what came stays", async () => {
  const { open } = await sixItems();
  const ending = new AbortController();
  let downloads = 0;
  const folio = await open({
    onEvent: ({ type }) => {
      if (type === "download" && ++downloads === 2) ending.abort(new Error("enough"));
    },
  });
  const warming = folio.warmCache({ parallel: 1, signal: ending.signal });
  await expect(warming).rejects.toThrow("enough");
  const kept = await Promise.all(names.map((name) => folio.cacheStatus(name)));
  const cached = kept.filter(({ cached }) => cached).length;
  expect(cached).toBeGreaterThanOrEqual(1);
  expect(cached).toBeLessThanOrEqual(2);
});

test("refreshing one item asks once, and downloads it only if it changed, or when forced", async () => {
  const { bundle, open, requests } = await sixItems();
  const folio = await open();
  expect(await folio.refreshItem("a")).toEqual({ item: "a", outcome: "downloaded" });
  expect(requests()).toEqual(["GET items.json 200", "GET a 200"]);
  expect(await folio.refreshItem("a")).toEqual({ item: "a", outcome: "unchanged" });
  expect(requests()).toEqual(["GET items.json 304"]);
  expect(await folio.refreshItem("a", { force: true })).toEqual({ item: "a", outcome: "downloaded" });
  expect(requests()).toEqual(["GET items.json 304", "GET a 200"]);
  const changed = sampleBytes(100, 77);
  bundle.put("a", changed);
  expect(await folio.refreshItem("a")).toEqual({ item: "a", outcome: "downloaded" });
  requests();
  expectBytes(await folio.get("a"), changed);
  expect(requests()).toEqual([]);
  bundle.remove("a");
  expect(await folio.refreshItem("a")).toEqual({ item: "a", outcome: "removed" });
  await expect(folio.refreshItem("a")).rejects.toMatchObject({ code: "unknown-item" });
});

test("refreshing an item fails where the remote can't be reached, though a stale copy would do for a read", async () => {
  const { server, bundle, open } = await sixItems();
  const folio = await open();
  await folio.get("a");
  server.fault = () => ({ status: 503 });
  await expect(folio.refreshItem("a")).rejects.toMatchObject({ code: "remote-unreachable" });
  bundle.put("a", sampleBytes(50, 50));
  server.fault = ({ path }) => (path.includes("/items/") ? { status: 503 } : undefined);
  await expect(folio.refreshItem("a")).rejects.toMatchObject({ code: "remote-unreachable" });
});

test("refreshing the cache costs one question, and downloads what changed", async () => {
  const { server, bundle, clock, open, requests } = await sixItems();
  const folio = await open();
  for (const name of ["a", "b", "c", "d"]) await folio.get(name);
  bundle.put("a", sampleBytes(100, 77));
  bundle.put("d", sampleBytes(100, 78));
  bundle.remove("b");
  clock.advance(5000);
  requests();
  server.fault = ({ path }) => (path.includes("/items/d.") ? { status: 403 } : undefined);
  expect(await folio.refreshCache()).toMatchObject([
    { item: "a", outcome: "downloaded" },
    { item: "b", outcome: "removed" },
    { item: "c", outcome: "unchanged" },
    { item: "d", outcome: "failed", error: { code: "remote-refused" } },
  ]);
  expect(requests()).toEqual(["GET items.json 200", "GET a 200", "GET d 403"]);
  await folio.get("c");
  expect(requests()).toEqual([]);
});

test("a listener that throws breaks nothing, and one that was taken off hears nothing", async () => {
  const { bundle, clock, open } = await sixItems();
  const folio = await open({
    onEvent: () => {
      throw new Error("listener");
    },
  });
  const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
  onTestFinished(() => warned.mockRestore());
  const heard: string[] = [];
  const stop = folio.onCacheInvalidation(({ item }) => heard.push(item));
  folio.onCacheInvalidation(() => {
    throw new Error("listener");
  });
  await folio.get("a");
  bundle.put("a", sampleBytes(10, 1));
  clock.advance(1801);
  await folio.get("a");
  stop();
  bundle.put("a", sampleBytes(11, 2));
  clock.advance(1801);
  expectBytes(await folio.get("a"), sampleBytes(11, 2));
  expect(heard).toEqual(["a"]);
  expect(warned).toHaveBeenCalled();
});
