import { chmodSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chunkDigests, contentDigest, loadXxhash, MemoryCache } from "@larder/core";
import { tableFromArrays } from "apache-arrow";
import { describe, expect, test } from "vitest";
import type { FolioStore } from "../../src/cached/folio-store.js";
import { openFolioStore } from "../../src/cached/open-folio-store.js";
import { sampleBytes } from "../reading/published-bundle.js";
import {
  all,
  contentIdOf,
  kindsOfStore,
  movedClock,
  openStore,
  putText,
  rowOf,
  temporaryFolder,
  textOf,
  url,
} from "./stores.js";

const other = "https://host/other";

describe.each(kindsOfStore)("a store %s", (_, open) => {
  test("gives back rows of items as they were put, with nothing counted yet", async () => {
    const store = await open();
    expect(await store.item(url, "a")).toBeUndefined();
    const row = rowOf("a", "text of a");
    await store.putItem(url, row);
    const kept = { ...row, accessCount: 0, lastAccessed: row.cachedAt, pinned: false, priority: 0 };
    expect(await store.item(url, "a")).toEqual(kept);
    const sparse = rowOf("b", "b", { remoteChecksum: undefined, remoteVersion: undefined, file: undefined });
    await store.putItem(url, { ...sparse, updatedAt: undefined, updatedBy: undefined });
    expect(await store.item(url, "b")).toMatchObject({
      remoteChecksum: undefined,
      file: undefined,
      updatedBy: undefined,
    });
    expect(await store.item(other, "a")).toBeUndefined();
  });

  test("takes any name there is for one of its own", async () => {
    const store = await open();
    const names = [
      "a",
      "a/b",
      "a%2fb",
      "%",
      "%0025",
      "",
      " ",
      "..",
      "é",
      "e\u0301",
      "\ud800",
      "\udc00",
      "%d800",
      "𝄞",
      "__proto__",
      "\0",
      "x".repeat(3000),
    ];
    for (const name of names) await store.putItem(url, rowOf(name, `text of ${name}`));
    for (const name of names) expect((await store.item(url, name))?.name).toBe(name);
    expect((await all(store.items(url))).map(({ name }) => name).sort()).toEqual([...names].sort());
    for (const name of names) await store.removeItem(url, name);
    expect(await all(store.items(url))).toEqual([]);
  });

  test("keeps the bundles apart, and what is known of each", async () => {
    const store = await open();
    await store.putItem(url, rowOf("a", "1"));
    expect(await store.bundle(url)).toEqual({ url });
    const known = { url, manifestText: "{}", manifestVersion: '"m"', manifestChecksum: "ab", lastManifestCheck: 7 };
    await store.putBundle(known);
    await store.putBundle({ ...known, url: other });
    await store.putItem(url, rowOf("b", "2"));
    expect(await store.bundle(url)).toEqual(known);
    expect((await all(store.bundles())).map((bundle) => bundle.url).sort()).toEqual([other, url].sort());
    expect((await all(store.items(url))).map(({ name }) => name)).toEqual(["a", "b"]);
    expect(await all(store.items(other))).toEqual([]);
  });

  test("reads a content as what it is: text, table, or a file that was moved in", async () => {
    const store = await open();
    const content = await putText(store, "a", "hello");
    expect(await store.hasContent(content)).toBe(true);
    const entry = (await store.content(content))!;
    expect(Buffer.from(await entry.value<Uint8Array>()).toString()).toBe("hello");
    expect(entry.record.byteLength).toBe(5);
    await entry.close();

    const { bytes, rows } = await store.encodeTable(tableFromArrays({ x: Float64Array.of(1, 2, 3) }));
    expect(rows).toBe(3);
    const folder = temporaryFolder();
    writeFileSync(join(folder, "t.part"), bytes);
    const table = contentIdOf(bytes);
    await store.putContent(table, "table", { file: join(folder, "t.part"), byteLength: bytes.byteLength });
    expect(existsSync(join(folder, "t.part"))).toBe(false);
    const asTable = (await store.content(table))!;
    expect((await asTable.value<{ numRows: number }>()).numRows).toBe(3);
    expect(await asTable.table().scan().count()).toBe(3);
    await asTable.close();
    const asFile = (await store.content(table, "file"))!;
    expect(Buffer.compare(await asFile.value<Uint8Array>(), bytes)).toBe(0);
    await asFile.close();
    expect(
      await store
        .openTable({ byteLength: bytes.byteLength, slice: (from, to) => bytes.slice(from, to) })
        .scan()
        .count(),
    ).toBe(3);
  });

  test("takes a file whose digests are told without reading it; were they wrong, reading it shows that", async () => {
    const store = await open();
    const bytes = sampleBytes(200_000);
    const put = async (told: Uint8Array, byteLength = bytes.byteLength) => {
      const file = join(temporaryFolder(), "whole.part");
      writeFileSync(file, bytes);
      const digests = { blake3: contentDigest(told), chunkDigests: chunkDigests(told, await loadXxhash()) };
      return store.putContent(contentIdOf(bytes), "file", { file, byteLength, digests });
    };
    if (store.directory !== undefined) {
      await expect(put(bytes.subarray(1), 199_999)).rejects.toMatchObject({ code: "wrong-blob-length" });
      expect(await store.hasContent(contentIdOf(bytes))).toBe(false);
      const damaged = bytes.slice();
      damaged[150_000]! ^= 1;
      await put(damaged);
      const entry = (await store.content(contentIdOf(bytes)))!;
      await expect((async () => entry.source.slice(0))()).rejects.toMatchObject({ code: "damaged-blob" });
      await entry.close();
    }
    await put(bytes);
    const entry = (await store.content(contentIdOf(bytes)))!;
    expect(Buffer.compare(await entry.source.slice(0), bytes)).toBe(0);
    await entry.close();
    await expect(store.hasContent("../../x")).rejects.toMatchObject({ code: "invalid-content" });
  });

  test("keeps identical content of several items once, until the last of them is gone", async () => {
    const store = await open();
    const content = await putText(store, "a", "shared");
    await putText(store, "b", "shared");
    await putText(store, "c", "shared", { url: other });
    expect((await all(store.contents())).map((one) => one.content)).toEqual([content]);
    expect(await store.removeItem(url, "a")).toBe(0);
    expect(await store.removeItem(other, "c")).toBe(0);
    expect(await textOf(store, content)).toBe("shared");
    expect(await store.removeItem(url, "b")).toBe("shared".length);
    expect(await store.hasContent(content)).toBe(false);
    expect(await store.removeItem(url, "b")).toBe(0);
  });

  test("drops the content that an item had before, when nobody else has it", async () => {
    const store = await open();
    const before = await putText(store, "a", "before");
    const kept = await putText(store, "b", "kept");
    await putText(store, "c", "kept");
    await putText(store, "a", "after");
    expect(await store.hasContent(before)).toBe(false);
    await putText(store, "b", "after");
    expect(await store.hasContent(kept)).toBe(true);
    expect(await store.changeItem(url, "c", { content: contentIdOf("after") })).toBe(true);
    expect(await store.hasContent(kept)).toBe(false);
  });

  test("counts accesses and hits at once, and writes them down later, all together", async () => {
    const clock = movedClock(50_000);
    const store = await open({ clock });
    await putText(store, "a", "text");
    for (let i = 0; i < 5; i++) store.touch(url, "a");
    clock.advance(10);
    store.touch(url, "a");
    store.touch(url, "unknown");
    store.count(url, { hits: 2 });
    store.count(url, { hits: 1, downloadedBytes: 100 });
    expect(await store.item(url, "a")).toMatchObject({ accessCount: 6, lastAccessed: 60_000 });
    await store.flush();
    store.touch(url, "a");
    expect(await store.item(url, "a")).toMatchObject({ accessCount: 7, lastAccessed: 60_000, lastVerified: 2_000 });
    expect(await store.counts(url)).toMatchObject({ hits: 3, misses: 0, downloadedBytes: 100 });
    store.count(url, { misses: 1 });
    expect(await store.counts(url)).toMatchObject({ hits: 3, misses: 1 });
    await putText(store, "a", "newer");
    expect((await store.item(url, "a"))?.accessCount).toBe(7);
    expect(await store.item(url, "unknown")).toBeUndefined();
  });

  test("changes fields of a row that is there, and says when there is none", async () => {
    const store = await open();
    await putText(store, "a", "text");
    expect(await store.changeItem(url, "a", { lastVerified: 9_000, updatedBy: "jo@host" })).toBe(true);
    expect(await store.item(url, "a")).toMatchObject({ lastVerified: 9_000, updatedBy: "jo@host", kind: "text" });
    expect(await store.changeItem(url, "b", { lastVerified: 9_000 })).toBe(false);
  });

  test("forgets a bundle with all it has, and leaves the others", async () => {
    const store = await open();
    await putText(store, "a", "shared");
    await putText(store, "b", "alone");
    await putText(store, "c", "shared", { url: other });
    await store.putPart("footer", Buffer.from("1234"), { content: "v1", url });
    await store.putPart("footer of other", Buffer.from("1234"), { content: "v1", url: other });
    store.count(url, { hits: 1 });
    expect(await store.removeBundle(url)).toEqual({ items: 2, bytes: "alone".length + 4 });
    expect(await store.bundle(url)).toBeUndefined();
    expect(await all(store.items(url))).toEqual([]);
    expect(await store.part("footer")).toBeUndefined();
    expect(await store.part("footer of other")).toBeDefined();
    expect(await store.counts(url)).toMatchObject({ hits: 0 });
    expect(await textOf(store, contentIdOf("shared"))).toBe("shared");
    expect(await store.removeBundle(url)).toEqual({ items: 0, bytes: 0 });
  });

  test("keeps parts by their key, and drops those of one version together", async () => {
    const store = await open();
    await store.putPart("a 0", Buffer.from("first"), { content: '"v1"' });
    await store.putPart("a 1", Buffer.from("second"), { content: '"v1"' });
    await store.putPart("b 0", Buffer.from("other"), { content: '"v2"' });
    expect(Buffer.from((await store.part("a 1"))!).toString()).toBe("second");
    await store.dropParts('"v1"');
    expect(await store.part("a 0")).toBeUndefined();
    expect(await store.part("a 1")).toBeUndefined();
    expect(Buffer.from((await store.part("b 0"))!).toString()).toBe("other");
  });

  test("forgets everything at once", async () => {
    const store = await open();
    const content = await putText(store, "a", "text");
    store.touch(url, "a");
    await store.clear();
    expect(await all(store.bundles())).toEqual([]);
    expect(await store.hasContent(content)).toBe(false);
    await putText(store, "a", "text");
    expect((await store.item(url, "a"))?.accessCount).toBe(0);
  });
});

test("a store in a directory is as it was left when it is opened again, and others can't read it", async () => {
  const directory = temporaryFolder();
  const store = await openStore({ directory });
  const content = await putText(store, "a", "kept");
  const path = (await store.contentPath(content))!;
  expect(readFileSync(path, "utf8")).toBe("kept");
  store.touch(url, "a");
  await store.close();
  const again = await openStore({ directory });
  expect(await again.item(url, "a")).toMatchObject({ accessCount: 1 });
  expect(await textOf(again, content)).toBe("kept");
  expect(statSync(join(directory, "downloads")).mode & 0o777).toBe(0o700);
  expect(statSync(join(directory, "store")).mode & 0o077).toBe(0);
});

test("a directory opened several times in a process is one store, closed with the last", async () => {
  const directory = temporaryFolder();
  const [first, second] = await Promise.all([openStore({ directory }), openStore({ directory: `${directory}/.` })]);
  await putText(first, "a", "text");
  expect((await second.item(url, "a"))?.name).toBe("a");
  await first.close();
  await first.close();
  expect((await second.item(url, "a"))?.name).toBe("a");
  // Still the same store: what one counts the others see at once.
  second.touch(url, "a");
  const third = await openStore({ directory });
  expect((await third.item(url, "a"))?.accessCount).toBe(1);
  await second.close();
  expect((await third.item(url, "a"))?.accessCount).toBe(1);
  await third.close();
  expect((await (await openStore({ directory })).item(url, "a"))?.accessCount).toBe(1);
});

test("what can't be a store is refused by name", async () => {
  await expect(openFolioStore({})).rejects.toMatchObject({ code: "invalid-option", facts: { option: "directory" } });
  const backend = { getMeta() {}, setMeta() {}, getBlob() {}, setBlob() {}, clear() {} } as never;
  await expect(openFolioStore({ backend })).rejects.toMatchObject({ code: "unsupported-capability" });
  const limits = { maxCacheSizeBytes: 1, evictionPolicy: "random" as never, evictionThreshold: 0.9 };
  await expect(openStore({ limits })).rejects.toMatchObject({ facts: { option: "evictionPolicy" } });
  const file = join(temporaryFolder(), "file");
  writeFileSync(file, "");
  await expect(openFolioStore({ directory: file })).rejects.toMatchObject({ code: "not-a-directory" });
});

test("a directory that others may write to, or whose downloads lie elsewhere, is refused", async () => {
  const open = temporaryFolder();
  chmodSync(open, 0o777);
  await expect(openFolioStore({ directory: open })).rejects.toMatchObject({ code: "unsafe-directory" });
  const directory = temporaryFolder();
  symlinkSync(temporaryFolder(), join(directory, "downloads"));
  await expect(openFolioStore({ directory })).rejects.toMatchObject({ code: "not-a-directory" });
});

test("a layout that a later version wrote is left alone", async () => {
  const backend = new MemoryCache();
  const { rowBlob } = await import("../../src/cached/store-rows.js");
  const { loadXxhash } = await import("@larder/core");
  await backend.setBlob("format", rowBlob({ version: 2 }, 1, await loadXxhash()));
  await expect(openFolioStore({ backend })).rejects.toMatchObject({ code: "newer-format" });
});

test("a look-up among ten thousand items takes about as long as one among a hundred", async () => {
  const few = await filledStore(100);
  const many = await filledStore(10_000);
  const ratios: number[] = [];
  for (let round = 0; round < 7; round++) ratios.push((await processorTime(many)) / (await processorTime(few)));
  // Going through all of them takes several times as long.
  expect(Math.min(...ratios)).toBeLessThan(1.8);
}, 120_000);

/** A store, and names of items whose content is in it. */
async function filledStore(count: number): Promise<{ store: FolioStore; looked: string[] }> {
  const store = await openStore();
  const names = Array.from({ length: count }, (_, i) => `item ${i}`);
  const every = count / 100;
  const put = async (name: string, i: number) =>
    i % every === 0 ? void (await putText(store, name, name)) : store.putItem(url, rowOf(name, name));
  for (let at = 0; at < names.length; at += 500) await Promise.all(names.slice(at, at + 500).map(put));
  return { store, looked: names.filter((_, i) => i % every === 0) };
}

/** Of a thousand look-ups. What others do on this machine meanwhile says nothing. */
async function processorTime({ store, looked }: { store: FolioStore; looked: string[] }): Promise<number> {
  const begun = process.cpuUsage();
  for (let i = 0; i < 1000; i++) {
    const { content } = (await store.item(url, looked[i % looked.length]!))!;
    const entry = (await store.content(content))!;
    await entry.close();
  }
  const { user, system } = process.cpuUsage(begun);
  return user + system;
}
