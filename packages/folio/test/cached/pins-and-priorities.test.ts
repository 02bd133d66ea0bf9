import { MemoryCache } from "@larder/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FolioStore } from "../../src/cached/folio-store.js";
import { contentKey } from "../../src/cached/store-keys.js";
import type { FolioEvent } from "../../src/folio-events.js";
import { all, contentIdOf, kindsOfStore, openStore, putText, rowOf, textOf, url } from "./stores.js";

const seed = Number(process.env.LARDER_SEED ?? 20_261_127);

async function strengthOf(
  store: FolioStore,
  content: string,
): Promise<{ pinned: boolean; priority: number } | undefined> {
  const stored = await store.backend.getBlob(contentKey(content));
  await stored?.close?.();
  return stored && { pinned: stored.record.pinned === true, priority: stored.record.priority ?? 0 };
}

const names = ["a", "b", "c"];
const texts = ["one", "two"];
const urls = [url, "https://host/other"];
const place = { url: fc.constantFrom(...urls), name: fc.constantFrom(...names) };
const strength = { pinned: fc.boolean(), priority: fc.constantFrom(0, 0, 1, 50, 100) };

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("put" as const), ...place, ...strength, text: fc.constantFrom(...texts) }),
    fc.record({ kind: fc.constant("put plain" as const), ...place, text: fc.constantFrom(...texts) }),
    fc.record({ kind: fc.constant("change" as const), ...place, ...strength }),
    fc.record({ kind: fc.constant("remove" as const), ...place }),
    fc.record({ kind: fc.constant("remove bundle" as const), url: place.url }),
    fc.record({ kind: fc.constant("evict" as const), text: fc.constantFrom(...texts) }),
    fc.record({ kind: fc.constant("store again" as const), text: fc.constantFrom(...texts) }),
  ),
  { minLength: 1, maxLength: 25 },
);

test("a content is as pinned, and as important, as the strongest of the items that have it; it goes with the last", async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (run) => {
      const store = await openStore({ backend: new MemoryCache() });
      const model = new Map<string, { text: string; pinned: boolean; priority: number }>();
      const there = new Set<string>();
      for (const step of run) {
        if (step.kind === "put" || step.kind === "put plain") {
          const key = `${step.url} ${step.name}`;
          const before = model.get(key);
          const given = step.kind === "put" ? { pinned: step.pinned, priority: step.priority } : {};
          const kept = { pinned: before?.pinned ?? false, priority: before?.priority ?? 0 };
          model.set(key, { text: step.text, ...kept, ...given });
          await putText(store, step.name, step.text, { url: step.url, ...given });
          there.add(step.text);
          forgetUnnamed(before?.text);
        } else if (step.kind === "change") {
          const { pinned, priority } = step;
          const before = model.get(`${step.url} ${step.name}`);
          if (before !== undefined) model.set(`${step.url} ${step.name}`, { ...before, pinned, priority });
          expect(await store.changeItem(step.url, step.name, { pinned, priority })).toBe(before !== undefined);
        } else if (step.kind === "remove") {
          const before = model.get(`${step.url} ${step.name}`)?.text;
          model.delete(`${step.url} ${step.name}`);
          const freed = before !== undefined && there.has(before) && !isNamed(before) ? before.length : 0;
          expect(await store.removeItem(step.url, step.name)).toBe(freed);
          forgetUnnamed(before);
        } else if (step.kind === "remove bundle") {
          for (const key of [...model.keys()]) if (key.startsWith(`${step.url} `)) model.delete(key);
          await store.removeBundle(step.url);
          for (const text of texts) if (!isNamed(text)) there.delete(text);
        } else if (step.kind === "evict") {
          there.delete(step.text);
          await store.dropContent(contentIdOf(step.text));
        } else if (isNamed(step.text)) {
          there.add(step.text);
          await store.putContent(contentIdOf(step.text), "text", { bytes: Buffer.from(step.text) });
        }
        for (const text of texts) {
          const named = [...model.values()].filter((item) => item.text === text);
          const expected = there.has(text)
            ? {
                pinned: named.some(({ pinned }) => pinned),
                priority: Math.max(0, ...named.map((item) => item.priority)),
              }
            : undefined;
          expect(await strengthOf(store, contentIdOf(text))).toEqual(expected);
        }
      }
      await store.close();

      function isNamed(text: string): boolean {
        return [...model.values()].some((item) => item.text === text);
      }
      function forgetUnnamed(text: string | undefined): void {
        if (text !== undefined && !isNamed(text)) there.delete(text);
      }
    }),
    { seed, numRuns: 200 },
  );
});

const large = (name: string) => name.repeat(40_000);
const limits = { maxCacheSizeBytes: 600_000, evictionThreshold: 0.9 } as const;

describe.each(kindsOfStore)("in a store %s", (where, open) => {
  const options = { limits: { ...limits, evictionPolicy: "lru" as const } };
  const openLimited = () =>
    where === "in memory"
      ? openStore({
          ...options,
          backend: new MemoryCache({ sizeLimitBytes: 600_000, evictionPolicy: "least-recently-used" }),
        })
      : open(options);

  test("lower priorities go first, pins never, and each eviction is told with its bytes", async () => {
    const events: FolioEvent[] = [];
    const store =
      where === "in memory" ? await openLimited() : await open({ ...options, onEvent: (event) => events.push(event) });
    await putText(store, "pinned", large("p"), { pinned: true });
    await putText(store, "important", large("q"), { priority: 60 });
    await putText(store, "less", large("l"), { priority: 10 });
    const contents = new Map<string, string>();
    for (const name of "abcdefghijkmno") contents.set(name, await putText(store, name, large(name)));
    const left = new Set((await all(store.contents())).map(({ content }) => content));
    expect(left.has(contentIdOf(large("p")))).toBe(true);
    expect(left.has(contentIdOf(large("q")))).toBe(true);
    expect(left.has(contentIdOf(large("l")))).toBe(true);
    expect(left.has(contents.get("o")!)).toBe(true);
    expect(left.has(contents.get("a")!)).toBe(false);
    const { sizeBytes } = await store.volume();
    // Down to the threshold, when its content was stored; the row of the last came after.
    expect(sizeBytes).toBeLessThanOrEqual(540_000 + 4_000);
    // Their rows stay, with what was counted and wanted.
    expect((await all(store.items(url))).length).toBe(17);
    if (where === "in memory") return;
    const evictions = events.filter((event) => event.type === "evict");
    const gone = evictions.reduce((sum, event) => sum + event.items, 0);
    expect(gone).toBe(17 - left.size);
    expect(evictions.reduce((sum, event) => sum + event.bytes, 0)).toBe(gone * 40_000);
  });

  test("what is being read is not evicted", async () => {
    const store = await openLimited();
    const content = await putText(store, "a", large("a"));
    const entry = (await store.content(content))!;
    for (const name of "bcdefghijkmno") await putText(store, name, large(name));
    expect(Buffer.from(await entry.source.slice(0)).toString()).toBe(large("a"));
    await entry.close();
  });

  test("an item that is larger than the limit is refused, and everything else stays", async () => {
    const store = await openLimited();
    const kept = await putText(store, "a", large("a"));
    expect(await store.hasRoomFor(700_000)).toBe(false);
    expect(await store.hasRoomFor(100_000)).toBe(true);
    const bytes = Buffer.alloc(700_000, "x");
    await expect(store.putContent(contentIdOf(bytes), "file", { bytes })).rejects.toMatchObject({ code: "cache-full" });
    expect(await textOf(store, kept)).toBe(large("a"));
  });
});

test.each([
  ["lru", "b"],
  ["lfu", "c"],
  ["fifo", "a"],
] as const)("by the policy %s the item %s goes first", async (evictionPolicy, first) => {
  const store = await openStore({ limits: { maxCacheSizeBytes: 10_000_000, evictionPolicy, evictionThreshold: 1 } });
  const ids = new Map<string, string>();
  for (const name of "abc") ids.set(name, await putText(store, name, large(name)));
  const read = async (name: string) => textOf(store, ids.get(name)!);
  await read("b");
  await read("b");
  await read("a");
  await read("a");
  await read("c");
  if (evictionPolicy === "lru") await read("a");
  // What was read is noted with the next write.
  await putText(store, "d", large("d"), { pinned: true });
  const { sizeBytes } = await store.volume();
  const limits = { maxCacheSizeBytes: sizeBytes - 1, evictionPolicy, evictionThreshold: 1 };
  const again = await openStore({ directory: store.directory!, limits });
  expect(await again.evict()).toEqual({ items: 1, bytes: 40_000 });
  for (const name of "abc") expect(await again.hasContent(ids.get(name)!)).toBe(name !== first);
});

test("some of the disk stays free: contents go for it, and where that does not help nothing is stored", async () => {
  const store = await openStore();
  const content = await putText(store, "a", large("a"));
  const greedy = await openStore({ freeDiskFloorBytes: Number.MAX_SAFE_INTEGER });
  expect(await greedy.hasRoomFor(1)).toBe(false);
  const bytes = Buffer.from("text");
  await expect(greedy.putContent(contentIdOf(bytes), "text", { bytes })).rejects.toMatchObject({ code: "disk-full" });
  await greedy.putItem(url, rowOf("a", "text"));
  expect(await store.hasContent(content)).toBe(true);
});
