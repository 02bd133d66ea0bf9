import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { indexKey, keyBytes } from "../../src/entry-key.js";
import type { ByteTable } from "../../src/lmdb-environment.js";
import { type OpenStore, openStore } from "../../src/open-store.js";
import { deleteTagged } from "../../src/tags/delete-tagged.js";
import { taggedKey, tagId } from "../../src/tags/tag-rows.js";
import { sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

const bytes = sampleBytes(20, 1);

/** A store whose tables count what is read and written. */
function counting(store: OpenStore): { store: OpenStore; touched: () => number } {
  let touched = 0;
  const watch = (table: ByteTable): ByteTable => ({
    ...table,
    read(key) {
      touched++;
      return table.read(key);
    },
    keysIn(range) {
      const keys = table.keysIn(range);
      touched += keys.length + 1;
      return keys;
    },
    rowsIn(range) {
      const rows = table.rowsIn(range);
      touched += rows.length + 1;
      return rows;
    },
    write(key, row) {
      touched++;
      table.write(key, row);
    },
    remove(key) {
      touched++;
      table.remove(key);
    },
  });
  const { environment } = store;
  const { entries, tagged, tagNames } = environment;
  const watched = { entries: watch(entries), tagged: watch(tagged), tagNames: watch(tagNames) };
  return { store: { ...store, environment: { ...environment, ...watched } }, touched: () => touched };
}

async function fill(backend: LmdbBackend, count: number, tagsOf: (i: number) => string[]): Promise<void> {
  const { record } = await sampleBlob(bytes);
  for (let at = 0; at < count; at += 5_000) {
    const writes = Array.from({ length: 5_000 }, (_, i) =>
      backend.setBlob(`key/${at + i}`, { bytes, record: { ...record, tags: tagsOf(at + i) } }),
    );
    await Promise.all(writes);
  }
}

async function listed<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const many = process.env.LARDER_FAULTS_LONG === "1" ? 100_000 : 20_000;

test("deleting a tenth of all entries by tag touches rows in proportion to that tenth, also when asked for with a tag that all have", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  await fill(backend, many, (i) => ["all", ...(i % 10 === 0 ? ["tenth"] : []), ...(i % 100 === 7 ? ["rare"] : [])]);
  const shared = await openStore(directory, () => {});
  const rare = counting(shared);
  expect(await deleteTagged(rare.store, { allTags: ["all", "rare"] })).toBe(many / 100);
  const tenth = counting(shared);
  expect(await deleteTagged(tenth.store, { anyTags: ["tenth"] })).toBe(many / 10);
  const touched = [rare.touched() / (many / 100), tenth.touched() / (many / 10)];
  console.log(`rows touched for each entry that went: ${touched.join(" and ")}`);
  for (const each of touched) expect(each).toBeLessThan(20);
  expect(await listed(backend.tags())).toEqual([{ tag: "all", blobs: many * 0.89 }]);
  await shared.leave();
  await backend.close();
}, 120_000);

test("a row that says wrongly that an entry has a tag finds nothing, deletes nothing, and is dropped", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  await backend.setBlob("a", await sampleBlob(bytes, { tags: ["x"] }));
  await backend.setBlob("b", await sampleBlob(bytes, { tags: ["y"] }));
  const store = await openStore(directory, () => {});
  const { tagged } = store.environment;
  await store.batches.run(() => {
    for (const key of ["b", "absent"])
      tagged.write(taggedKey(tagId("x", store.xxhash), indexKey(keyBytes(key))), Buffer.of(1));
  });
  expect(await listed(backend.taggedKeys({ allTags: ["x"] }))).toEqual(["a"]);
  expect(await backend.deleteTagged({ anyTags: ["x"] })).toBe(1);
  expect(await listed(backend.keys())).toEqual(["b"]);
  store.environment.refresh();
  expect(tagged.keysIn({ limit: 10 })).toHaveLength(1);
  expect(await listed(backend.tags())).toEqual([{ tag: "y", blobs: 1 }]);
  await store.leave();
  await backend.close();
});

test("an entry that was damaged leaves no tag behind when it is overwritten or deleted", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  await backend.getBlob("a"); // makes the directory
  const store = await openStore(directory, () => {});
  const { entries } = store.environment;
  for (const again of [true, false]) {
    await backend.setBlob("a", await sampleBlob(bytes, { tags: ["x", "y"] }));
    await backend.setBlob("b", await sampleBlob(bytes, { tags: ["y", "z"] }));
    await store.batches.run(() => {
      const row = Buffer.from(entries.read(indexKey(keyBytes("a")))!);
      row[30]! ^= 1;
      entries.write(indexKey(keyBytes("a")), row);
    });
    if (again) await backend.setBlob("a", await sampleBlob(bytes, { tags: ["z"] }));
    else expect(await backend.getBlob("a")).toBeUndefined();
    expect(await listed(backend.tags())).toEqual([
      { tag: "y", blobs: 1 },
      { tag: "z", blobs: again ? 2 : 1 },
    ]);
  }
  await store.leave();
  await backend.close();
});

test("a query that names no tag is refused", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory() });
  const refused = { code: "empty-tag-query" };
  await expect(backend.deleteTagged({})).rejects.toMatchObject(refused);
  await expect(backend.deleteTagged({ allTags: [], anyTags: [] })).rejects.toMatchObject(refused);
  await expect(listed(backend.taggedKeys({ allTags: [] }))).rejects.toMatchObject(refused);
  await backend.close();
});
