import {
  chmodSync,
  closeSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { tableFromArrays } from "apache-arrow";
import { expect, test } from "vitest";
import type { FolioStore } from "../../src/cached/folio-store.js";
import { verifyCache } from "../../src/cached/manage/verify-cache.js";
import { bundleId, itemKey, linkKey } from "../../src/cached/store-keys.js";
import type { FolioProgress } from "../../src/folio.js";
import { all, contentIdOf, kindsOfStore, openStore, putText, rowOf, temporaryFolder, textOf, url } from "./stores.js";

const seed = Number(process.env.LARDER_SEED ?? 20_261_127);

/** Numbers from 0 to less than 1, the same for the same seed. */
function seededRandom(): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function damage(path: string, kind: number, random: () => number): void {
  chmodSync(path, 0o600);
  const { size } = statSync(path);
  if (kind === 0) truncateSync(path, Math.floor(random() * size));
  else if (kind === 2) rmSync(path);
  else {
    const at = Math.floor(random() * size);
    const file = openSync(path, "r+");
    const byte = readFileSync(path)[at]!;
    writeSync(file, Uint8Array.of(byte ^ (1 << Math.floor(random() * 8))), 0, 1, at);
    closeSync(file);
  }
}

async function pathsOf(store: FolioStore, names: readonly string[]): Promise<string[]> {
  return Promise.all(names.map(async (name) => (await store.contentPath((await store.item(url, name))!.content))!));
}

test("of a thousand contents that were truncated, flipped or deleted every one is found, and no sound one", async () => {
  const random = seededRandom();
  const store = await openStore();
  const names = Array.from({ length: 1_050 }, (_, i) => `item ${i}`);
  const text = (name: string) => name.repeat(1 + ((name.length * 37) % 50));
  for (let at = 0; at < names.length; at += 350) {
    await Promise.all(names.slice(at, at + 350).map((name) => putText(store, name, text(name))));
  }
  const paths = await pathsOf(store, names);
  const broken = names.slice(0, 1_000);
  for (let i = 0; i < broken.length; i++) damage(paths[i]!, i % 3, random);
  const report = await verifyCache(store, { fix: true });
  expect(report.checked).toBe(1_050);
  const found = report.problems.map(({ item }) => item);
  expect(found.length, `seed ${seed}`).toBe(1_000);
  expect(new Set(found)).toEqual(new Set(broken));
  expect(report.problems.every(({ fixed }) => fixed)).toBe(true);
  const kinds = report.problems.map(({ item, problem }) => [names.indexOf(item) % 3, problem]);
  expect(kinds.filter(([kind, problem]) => (kind === 2) !== (problem === "missing"))).toEqual([]);
  for (const name of names.slice(1_000)) {
    expect(await textOf(store, (await store.item(url, name))!.content)).toBe(text(name));
  }
  // What is gone is fetched anew, and then nothing is wrong any more.
  for (const name of broken.slice(0, 20)) await putText(store, name, text(name));
  expect((await verifyCache(store, { fix: true })).problems).toEqual([]);
}, 180_000);

test("a thousand rows that were damaged within the index are found, and made anew from the contents", async () => {
  const directory = temporaryFolder();
  const store = await openStore({ directory });
  const names = Array.from({ length: 1_050 }, (_, i) => `item-${String(i).padStart(4, "0")}-`);
  for (let at = 0; at < names.length; at += 350) {
    await Promise.all(names.slice(at, at + 350).map((name) => putText(store, name, name)));
  }
  await store.close();
  // One bit of each row, behind its key, wherever LMDB has it.
  const index = join(directory, "store", "index.lmdb");
  const bytes = readFileSync(index);
  const broken = names.slice(0, 1_000);
  for (const name of broken) {
    const key = Buffer.from(itemKey(bundleId(url), name));
    for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + 1)) {
      const row = bytes.subarray(at + key.byteLength, at + key.byteLength + 300);
      const place = row.indexOf('"sizeBytes"');
      if (place >= 0) row[place + 3]! ^= 4;
    }
  }
  writeFileSync(index, bytes);

  const again = await openStore({ directory });
  const report = await verifyCache(again, { fix: true });
  const found = new Set(report.problems.map(({ item }) => item));
  expect(broken.filter((name) => !found.has(name))).toEqual([]);
  expect([...found].filter((name) => !broken.includes(name))).toEqual([]);
  expect(report.problems.filter(({ fixed }) => !fixed)).toEqual([]);
  const rows = await all(again.items(url));
  expect(rows.map(({ name }) => name)).toEqual(names);
  expect(rows.filter(({ lastVerified }) => lastVerified === 0)).toHaveLength(1_000);
  expect((await verifyCache(again)).problems).toEqual([]);
}, 180_000);

test.each(kindsOfStore)(
  "bytes that are not those of the checksum are found, however they got there: %s",
  async (_, open) => {
    const store = await open();
    await putText(store, "right", "right");
    await putText(store, "wrong", "wrong");
    await putText(store, "wrong, too", "wrong");
    await store.putContent(contentIdOf("wrong"), "text", { bytes: Buffer.from("wr0ng") });
    const md5 = contentIdOf("old", "md5");
    await store.putContent(md5, "text", { bytes: Buffer.from("old") });
    await store.putItem(url, rowOf("old", "old", { content: md5, remoteChecksum: md5 }));
    await store.putContent(contentIdOf("nobody's"), "text", { bytes: Buffer.from("n0body's") });
    const damaged = (item: string, fixed: boolean) => ({ item, problem: "damaged", fixed });
    expect((await verifyCache(store, { url })).problems).toEqual([
      damaged("wrong", false),
      damaged("wrong, too", false),
    ]);
    const { problems } = await verifyCache(store, { fix: true });
    const byName = (one: { item: string }, two: { item: string }) => (one.item < two.item ? -1 : 1);
    expect([...problems].sort(byName)).toEqual(
      [damaged(contentIdOf("nobody's"), true), damaged("wrong", true), damaged("wrong, too", true)].sort(byName),
    );
    expect(await store.hasContent(contentIdOf("wrong"))).toBe(false);
    expect((await verifyCache(store)).problems).toEqual([]);
  },
);

test("an item that the manifest has otherwise by now is told of, and forgotten where that is wanted", async () => {
  const store = await openStore();
  await putText(store, "a", "before");
  await putText(store, "b", "same");
  const checksum = (text: string) => contentIdOf(text).slice("sha256:".length);
  const item = (text: string) => ({
    kind: "text",
    file: "items/x",
    sizeBytes: 1,
    checksum: checksum(text),
    checksumAlgorithm: "sha256",
  });
  const manifestText = JSON.stringify({ formatVersion: 1, items: { a: item("after"), b: item("same") } });
  await store.putBundle({ url, manifestText, manifestVersion: "m", manifestChecksum: "0", lastManifestCheck: 1 });
  const problem = { item: "a", problem: "differs-from-manifest" };
  expect((await verifyCache(store)).problems).toEqual([{ ...problem, fixed: false }]);
  expect((await verifyCache(store, { fix: true })).problems).toEqual([{ ...problem, fixed: true }]);
  expect((await all(store.items(url))).map(({ name }) => name)).toEqual(["b"]);
});

test("links and rows that are lost on their own are found and put right", async () => {
  const store = await openStore();
  const content = await putText(store, "a", "text");
  await putText(store, "b", "text");
  await store.putItem(url, rowOf("never stored", "never stored"));
  const backend = store.backend as FolioStore["backend"] & { deleteBlob(key: string): Promise<boolean> };
  await backend.deleteBlob(itemKey(bundleId(url), "a"));
  await backend.deleteBlob(itemKey(bundleId(url), "never stored"));
  await backend.deleteBlob(linkKey(content, itemKey(bundleId(url), "b")));
  const names = ["a", "b", "never stored"];
  expect((await verifyCache(store)).problems.map(({ item }) => item).sort()).toEqual(names);
  const { problems } = await verifyCache(store, { fix: true });
  expect(problems.map(({ item, fixed }) => [item, fixed]).sort()).toEqual(names.map((name) => [name, true]));
  expect((await verifyCache(store)).problems).toEqual([]);
  expect(await store.item(url, "a")).toMatchObject({ content, lastVerified: 0 });
  expect(await store.removeItem(url, "a")).toBe(0);
  expect(await store.removeItem(url, "b")).toBe(4);
});

test("a large table is verified in pieces, and progress is told to the end", async () => {
  const store = await openStore();
  const { bytes } = await store.encodeTable(
    tableFromArrays({ x: Float64Array.from({ length: 400_000 }, (_, i) => i * 1.1) }),
  );
  const content = contentIdOf(bytes);
  await store.putContent(content, "table", { bytes });
  await store.putItem(url, rowOf("table", bytes, { kind: "table" }));
  const seen: FolioProgress[] = [];
  const report = await verifyCache(store, { onProgress: (progress) => seen.push(progress) });
  expect(report).toEqual({ checked: 1, bytes: bytes.byteLength, problems: [] });
  expect(seen.at(-1)).toMatchObject({ bytes: bytes.byteLength, items: { done: 1, of: 1 } });
});
