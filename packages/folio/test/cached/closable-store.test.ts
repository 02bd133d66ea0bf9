import { existsSync, rmSync } from "node:fs";
import { LarderError } from "@larder/core";
import { describe, expect, test } from "vitest";
import type { FolioStore } from "../../src/cached/folio-store.js";
import { all, contentIdOf, kindsOfStore, openStore, putText, rowOf, textOf, url } from "./stores.js";

/** Each method, called in some way. */
const calls: Readonly<Record<string, (store: FolioStore) => unknown>> = {
  bundle: (store) => store.bundle(url),
  putBundle: (store) =>
    store.putBundle({
      url,
      manifestText: undefined,
      manifestVersion: undefined,
      manifestChecksum: undefined,
      lastManifestCheck: undefined,
    }),
  bundles: (store) => all(store.bundles()),
  counts: (store) => store.counts(url),
  item: (store) => store.item(url, "a"),
  items: (store) => all(store.items(url)),
  putItem: (store) => store.putItem(url, rowOf("a", "text")),
  changeItem: (store) => store.changeItem(url, "a", { pinned: true }),
  removeItem: (store) => store.removeItem(url, "a"),
  removeBundle: (store) => store.removeBundle(url),
  hasContent: (store) => store.hasContent(contentIdOf("text")),
  content: (store) => store.content(contentIdOf("text")),
  contents: (store) => all(store.contents()),
  putContent: (store) => store.putContent(contentIdOf("text"), "text", { bytes: Buffer.from("text") }),
  dropContent: (store) => store.dropContent(contentIdOf("text")),
  contentPath: (store) => store.contentPath(contentIdOf("text")),
  evict: (store) => store.evict(),
  hasRoomFor: (store) => store.hasRoomFor(1),
  part: (store) => store.part("part"),
  putPart: (store) => store.putPart("part", Buffer.from("x"), { content: "v" }),
  dropParts: (store) => store.dropParts("v"),
  exclusive: (store) => store.exclusive("name", async () => 1),
  openTable: (store) => store.openTable({ byteLength: 0, slice: () => new Uint8Array() }),
  encodeTable: (store) => store.encodeTable({}),
  volume: (store) => store.volume(),
  clear: (store) => store.clear(),
  flush: (store) => store.flush(),
};

describe.each(kindsOfStore)("a store %s that was closed", (_where, open) => {
  test("refuses every call with 'closed', and counts nothing more", async () => {
    const store = await open();
    await store.close();
    await store.close();
    for (const [name, call] of Object.entries(calls)) {
      const outcome = await (async () => call(store))().then(
        () => "done",
        (error: unknown) => (LarderError.isInstance(error) ? error.code : String(error)),
      );
      expect([name, outcome]).toEqual([name, "closed"]);
    }
    store.count(url, { hits: 1 });
    store.touch(url, "a");
    const members = Object.entries(store).flatMap(([name, member]) => (typeof member === "function" ? [name] : []));
    const others = ["check", "count", "touch", "close"];
    expect(members.filter((name) => !others.includes(name)).sort()).toEqual(Object.keys(calls).sort());
  });
});

test("closing waits for what is under way, and the directory is not opened again", async () => {
  const store = await openStore();
  const bytes = Buffer.alloc(300_000, "x");
  const storing = store.putItem(url, rowOf("a", bytes), { bytes });
  await store.close();
  rmSync(store.directory!, { recursive: true, force: true });
  await storing;
  await expect(store.item(url, "a")).rejects.toMatchObject({ code: "closed" });
  expect(existsSync(store.directory!)).toBe(false);
});

test("who lists while the store is closed is told, and does not go on", async () => {
  const store = await openStore();
  for (const name of ["a", "b", "c"]) await store.putItem(url, rowOf(name, "text"));
  const begun = store.items(url)[Symbol.asyncIterator]();
  const notBegun = store.items(url)[Symbol.asyncIterator]();
  expect((await begun.next()).value).toMatchObject({ name: "a" });
  await store.close();
  await expect(begun.next()).rejects.toMatchObject({ code: "closed" });
  await expect(notBegun.next()).rejects.toMatchObject({ code: "closed" });
});

test("who closes a store leaves it open for others that have the same directory", async () => {
  const store = await openStore();
  const other = await openStore({ directory: store.directory! });
  const content = await putText(store, "a", "text");
  await store.close();
  expect(await textOf(other, content)).toBe("text");
});
