import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { smallContentBytes } from "../../src/cached/small-contents.js";
import type { FolioEvent } from "../../src/folio-events.js";
import { sampleBytes } from "../reading/published-bundle.js";
import { all, contentIdOf, kindsOfStore, openStore, rowOf, temporaryFolder, textOf, url } from "./stores.js";

const bytesOf = (text: string) => ({ bytes: Buffer.from(text) });

describe.each(kindsOfStore)("a store %s", (_, open) => {
  test("stores a small content with its row, and gives both back", async () => {
    const store = await open();
    await store.putItem(url, rowOf("a", "text"), bytesOf("text"));
    const content = contentIdOf("text");
    expect(await textOf(store, content)).toBe("text");
    expect(await store.item(url, "a")).toMatchObject({ name: "a", content });
    expect((await all(store.contents())).map((one) => one.content)).toEqual([content]);
    expect(await store.removeItem(url, "a")).toBe("text".length);
    expect(await store.hasContent(content)).toBe(false);
  });

  test("keeps pin and priority of items whose small content is stored anew", async () => {
    const store = await open();
    const content = contentIdOf("shared");
    await store.putItem(url, rowOf("a", "shared", { pinned: true }), bytesOf("shared"));
    await store.putItem(url, rowOf("b", "shared", { priority: 30 }), bytesOf("shared"));
    await store.dropContent(content);
    await store.putItem(url, rowOf("c", "shared"), bytesOf("shared"));
    const record = async () => {
      const entry = (await store.content(content))!;
      await entry.close();
      return { pinned: entry.record.pinned, priority: entry.record.priority };
    };
    expect(await record()).toEqual({ pinned: true, priority: 30 });
    await store.removeItem(url, "a");
    expect(await record()).toEqual({ pinned: undefined, priority: 30 });
    await store.changeItem(url, "b", { priority: 10 });
    expect(await record()).toEqual({ pinned: undefined, priority: 10 });
  });
});

test("small contents need no file of their own, and larger ones have one", async () => {
  const store = await openStore();
  const [small, large] = [sampleBytes(smallContentBytes, 1), sampleBytes(smallContentBytes + 1, 2)];
  const put = (name: string, bytes: Uint8Array) =>
    store.putItem(url, { ...rowOf(name, ""), content: contentIdOf(bytes), sizeBytes: bytes.byteLength }, { bytes });
  await put("small", small);
  await put("large", large);
  expect(await store.contentPath(contentIdOf(small))).toBeUndefined();
  expect(existsSync((await store.contentPath(contentIdOf(large)))!)).toBe(true);
});

test("when the index is lost, items of small content are gone, and all others are found again", async () => {
  const directory = temporaryFolder();
  const store = await openStore({ directory });
  const large = "long ".repeat(2_000);
  await store.putItem(url, rowOf("small", "text"), bytesOf("text"));
  await store.putItem(url, rowOf("large", large), bytesOf(large));
  await store.close();
  for (const name of readdirSync(join(directory, "store"))) {
    if (name.startsWith("index.lmdb")) rmSync(join(directory, "store", name));
  }
  const events: FolioEvent[] = [];
  const again = await openStore({ directory, onEvent: (event) => events.push(event) });
  expect((await all(again.items(url))).map(({ name }) => name)).toEqual(["large"]);
  expect(await textOf(again, contentIdOf(large))).toBe(large);
  expect(events).toContainEqual(expect.objectContaining({ type: "warning", code: "metadata-rebuilt" }));
});

test("a content is as pinned as the strongest of its items, whatever is put, changed and removed", async () => {
  const store = await openStore();
  const content = contentIdOf("shared");
  const strength = fc.record({ pinned: fc.boolean(), priority: fc.integer({ min: 0, max: 3 }) });
  const step = fc.record({
    name: fc.constantFrom("a", "b", "c", "d"),
    what: fc.constantFrom("put", "put", "change", "remove", "other content"),
    strength,
  });
  const scenario = fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
    await store.removeBundle(url);
    const items = new Map<string, { pinned: boolean; priority: number }>();
    for (const { name, what, strength } of steps) {
      if (what === "put") {
        await store.putItem(url, rowOf(name, "shared", strength), bytesOf("shared"));
        items.set(name, strength);
      } else if (what === "change") {
        if (items.has(name)) items.set(name, strength);
        await store.changeItem(url, name, strength);
      } else if (what === "remove") {
        await store.removeItem(url, name);
        items.delete(name);
      } else if (items.has(name)) {
        await store.putItem(url, rowOf(name, `own of ${name}`), bytesOf(`own of ${name}`));
        await store.removeItem(url, name);
        items.delete(name);
      }
      const entry = await store.content(content);
      await entry?.close();
      expect(entry !== undefined).toBe(items.size > 0);
      const [all, record] = [[...items.values()], entry?.record];
      expect(record?.pinned === true).toBe(all.some((item) => item.pinned));
      expect(record?.priority ?? 0).toBe(Math.max(0, ...all.map((item) => item.priority)));
    }
  });
  const low = { pinned: false, priority: 3 };
  // An item that gives up its priority and is pinned at once, beside another of the same priority.
  const swapped = [
    { name: "d", what: "put", strength: low },
    { name: "a", what: "put", strength: low },
    { name: "d", what: "put", strength: { pinned: true, priority: 0 } },
  ];
  await fc.assert(scenario, { numRuns: 300, examples: [[swapped]] });
});
