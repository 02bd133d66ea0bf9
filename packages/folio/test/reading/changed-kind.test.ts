import { expect, test } from "vitest";
import { folioGround } from "./folio-ground.js";

const bytes = new TextEncoder().encode("123");

async function replacedByNumber() {
  const ground = await folioGround();
  const { bundle, clock, open } = ground;
  bundle.put("a", bytes, { kind: "text", updatedBy: "bob@lab" });
  const folio = await open();
  expect(await folio.get("a")).toBe("123");
  bundle.put("a", bytes, { kind: "json", updatedBy: "carol@lab", updatedAt: "2026-01-02T00:00:00.000Z" });
  clock.advance(1801);
  ground.requests();
  return { ...ground, folio };
}

test("an item replaced by one of another kind with the same bytes is read as what it is now, without a download", async () => {
  const { folio, requests } = await replacedByNumber();
  expect(await folio.get("a")).toBe(123);
  expect(await folio.get("a")).toBe(123);
  expect(requests()).toEqual(["GET items.json 200"]);
});

test("whoever listens is told once that an item has another kind, and by whom", async () => {
  const { folio, events, warnings } = await replacedByNumber();
  const changes: unknown[] = [];
  folio.onCacheInvalidation((change) => changes.push(change));
  await folio.get("a");
  await folio.get("a", { refresh: true });
  expect(changes).toEqual([expect.objectContaining({ item: "a", updatedBy: "carol@lab" })]);
  expect(warnings()).toEqual(["item-changed"]);
  const warning = events.find((event) => event.type === "warning");
  expect(warning).toMatchObject({ message: expect.stringContaining("by carol@lab at 2026-01-02") });
  expect(warning).toMatchObject({ message: expect.stringContaining("of the kind 'json'") });
});

test("it is told when the manifest is checked for another item, and again when the kind changes once more", async () => {
  const { folio, bundle, clock } = await replacedByNumber();
  const changes: string[] = [];
  folio.onCacheInvalidation(({ item }) => changes.push(item));
  await folio.list();
  expect(changes).toEqual(["a"]);
  expect(await folio.get("a")).toBe(123);
  bundle.put("a", bytes, { kind: "text" });
  clock.advance(1801);
  expect(await folio.get("a")).toBe("123");
  expect(changes).toEqual(["a", "a"]);
});

test("it is told where another folio on the same cache has checked the manifest", async () => {
  const { folio, open } = await replacedByNumber();
  const changes: string[] = [];
  folio.onCacheInvalidation(({ item }) => changes.push(item));
  const other = await open();
  await other.list();
  await other.close();
  expect(await folio.get("a")).toBe(123);
  expect(changes).toEqual(["a"]);
});

test("the new kind is kept: the next process reads it right, also offline", async () => {
  const { folio, open } = await replacedByNumber();
  expect(await folio.get("a")).toBe(123);
  await folio.close();
  const next = await open();
  expect(await next.get("a")).toBe(123);
  await next.close();
  const offline = await open({ cache: { cacheMode: "offline" } });
  expect(await offline.get("a")).toBe(123);
});

test("refreshing an item finds its new kind too", async () => {
  const { folio, requests } = await replacedByNumber();
  expect(await folio.refreshItem("a")).toEqual({ item: "a", outcome: "unchanged" });
  requests();
  expect(await folio.get("a")).toBe(123);
  expect(requests()).toEqual([]);
});

test("in the mode read-only the kind is that of the manifest too", async () => {
  const { open, bundle, clock, warnings } = await folioGround();
  bundle.put("a", bytes, { kind: "text" });
  const writer = await open();
  await writer.get("a");
  await writer.close();
  bundle.put("a", bytes, { kind: "json" });
  clock.advance(1801);
  const reader = await open({ cache: { cacheMode: "read-only" } });
  expect(await reader.get("a")).toBe(123);
  expect(await reader.get("a")).toBe(123);
  expect(warnings()).toEqual(["item-changed"]);
});

test("each change of an item without a checksum is told, once", async () => {
  const { server, bundle, clock, open } = await folioGround();
  const file = "items/a.txt";
  const put = (text: string) => server.put(file, text);
  bundle.put("a", new TextEncoder().encode("one"), { kind: "text", algorithm: "none", file });
  const folio = await open();
  const changes: string[] = [];
  folio.onCacheInvalidation(({ item }) => changes.push(item));
  expect(await folio.get("a")).toBe("one");
  for (const [nth, text] of ["two", "three", "four"].entries()) {
    put(text);
    clock.advance(1801);
    expect(await folio.get("a")).toBe(text);
    expect(await folio.get("a", { refresh: true })).toBe(text);
    expect(changes).toHaveLength(nth + 1);
  }
});

test("an item that is deleted, added again and deleted again is told of each time", async () => {
  const { bundle, clock, open } = await folioGround();
  const folio = await open();
  const changes: unknown[] = [];
  folio.onCacheInvalidation(({ newVersion }) => changes.push(newVersion));
  for (const nth of [1, 2]) {
    bundle.put("a", bytes, { kind: "text" });
    clock.advance(1801);
    expect(await folio.get("a")).toBe("123");
    bundle.remove("a");
    clock.advance(1801);
    await expect(folio.get("a")).rejects.toMatchObject({ code: "unknown-item" });
    expect(changes).toEqual(Array(nth).fill(undefined));
  }
});
