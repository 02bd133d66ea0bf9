import { chmodSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LmdbBackend } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { openStore } from "../../src/open-store.js";
import { readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

const small = await sampleBlob(sampleBytes(100, 1));
const large = await sampleBlob(sampleBytes(200_000, 2));
const other = await sampleBlob(sampleBytes(150_000, 3));

function filesOf(backend: LmdbBackend): string[] {
  return readdirSync(join(backend.directory, "blobs"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}

test("a transaction reads, writes, changes and deletes small and large blobs as one step", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory() });
  await backend.setBlob("large", large);
  await backend.setBlob("goes", small);
  const result = await backend.transaction((view) => {
    const found = view.get("large")!;
    expect(found.record).toEqual(large.record);
    expect(Buffer.compare(found.bytes, large.bytes)).toBe(0);
    expect(view.get("absent")).toBeUndefined();
    view.set("other", other);
    view.set("small", small);
    expect(view.get("other")).toEqual({ record: other.record, bytes: other.bytes });
    expect(view.record("small")).toEqual(small.record);
    expect(view.setRecord("large", { ...large.record, tags: ["kept"] })).toBe(true);
    expect(view.record("large")?.tags).toEqual(["kept"]);
    expect(Buffer.compare(view.get("large")!.bytes, large.bytes)).toBe(0);
    expect(view.delete("goes")).toBe(true);
    expect(view.delete("goes")).toBe(false);
    expect(view.get("goes")).toBeUndefined();
    return [...view.keys()];
  });
  expect(result).toEqual(["large", "other", "small"]);
  expect(await readBytes(backend, "other")).toEqual(other.bytes);
  expect(await readBytes(backend, "small")).toEqual(small.bytes);
  expect(await readBytes(backend, "large")).toEqual(large.bytes);
  expect((await backend.getBlob("large"))?.record.tags).toEqual(["kept"]);
  expect(await backend.getBlob("goes")).toBeUndefined();
  expect((await backend.check()).problems).toEqual([]);
  await backend.close();
});

test("a body that throws changes nothing, leaves no file, and does not touch what others write at the same moment", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory() });
  const failure = new Error("not this one");
  const results = await Promise.allSettled([
    backend.setBlob("before", small),
    backend.transaction((view) => {
      expect(view.get("before")?.bytes).toEqual(small.bytes);
      view.set("lost", large);
      throw failure;
    }),
    backend.setBlob("after", small),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect((results[1] as PromiseRejectedResult).reason).toBe(failure);
  const keys: string[] = [];
  for await (const key of backend.keys()) keys.push(key);
  expect(keys).toEqual(["after", "before"]);
  expect(filesOf(backend)).toEqual([]);
  expect((await backend.check()).problems).toEqual([]);
  await backend.close();
});

test("bytes that are not those of their record are refused, and nothing of the transaction is stored", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory() });
  for (const [code, blob] of [
    ["wrong-blob-length", { ...small, bytes: small.bytes.subarray(1) }],
    ["wrong-checksum", { ...small, bytes: sampleBytes(100, 9) }],
    ["wrong-checksum", { ...large, bytes: sampleBytes(200_000, 9) }],
  ] as const) {
    const attempt = backend.transaction((view) => {
      view.set("a", small);
      view.set("b", blob);
    });
    await expect(attempt).rejects.toMatchObject({ code });
  }
  await backend.setBlob("here", small);
  for (const change of [{ codec: "other" }, { byteLength: 3 }, { checksum: large.record.checksum }]) {
    const attempt = backend.transaction((view) => view.setRecord("here", { ...small.record, ...change }));
    await expect(attempt).rejects.toMatchObject({ code: "wrong-record" });
  }
  expect(await backend.getBlob("a")).toBeUndefined();
  await backend.close();
});

test("the view and its keys end with the body, and a body that returns a promise is refused", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory() });
  await backend.setBlob("a", small);
  await backend.setBlob("b", small);
  const { view, keys } = await backend.transaction((view) => {
    const keys = view.keys()[Symbol.iterator]();
    keys.next();
    return { view, keys };
  });
  const ended = { code: "transaction-ended" };
  for (const use of [
    () => view.get("a"),
    () => view.record("a"),
    () => view.set("a", small),
    () => view.setRecord("a", small.record),
    () => view.delete("a"),
    () => view.keys(),
    () => keys.next(),
  ]) {
    expect(use).toThrow(expect.objectContaining(ended));
  }
  const asynchronous = backend.transaction(async (view) => {
    view.delete("a");
    await Promise.reject(new Error("later"));
  });
  await expect(asynchronous).rejects.toMatchObject({ code: "asynchronous-transaction" });
  expect(await readBytes(backend, "a")).toEqual(small.bytes);
  await backend.close();
});

test("what is set is copied, and what is read is a copy", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory() });
  const bytes = new Uint8Array(small.bytes);
  const record = { ...small.record, tags: ["one"] };
  await backend.transaction((view) => {
    view.set("a", { record, bytes });
    bytes.fill(0);
    record.tags.push("two");
    view.get("a")!.bytes.fill(7);
    (view.record("a")!.tags as string[]).push("three");
    expect(view.get("a")).toEqual({ record: { ...small.record, tags: ["one"] }, bytes: small.bytes });
  });
  expect(await readBytes(backend, "a")).toEqual(small.bytes);
  expect((await backend.getBlob("a"))?.record.tags).toEqual(["one"]);
  await backend.close();
});

test("keys of a view are those of the transaction, in every range and direction", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory() });
  const long = "b".repeat(2_500);
  await Promise.all(["a", "b", "c", "d", `${long}2`, `${long}1`].map((key) => backend.setBlob(key, small)));
  await backend.transaction((view) => {
    view.delete("c");
    view.set("bb", small);
    view.set(`${long}11`, small);
    view.setRecord("d", { ...small.record, origin: "here" });
    const order = ["a", "b", "bb", `${long}1`, `${long}11`, `${long}2`, "d"];
    expect([...view.keys()]).toEqual(order);
    expect([...view.keys({ reverse: true })]).toEqual(order.toReversed());
    expect([...view.keys({ prefix: "b" })]).toEqual(order.slice(1, 6));
    expect([...view.keys({ from: "bb", limit: 2 })]).toEqual(order.slice(2, 4));
    expect([...view.keys({ before: `${long}11`, reverse: true, limit: 2 })]).toEqual([`${long}1`, "bb"]);
    expect([...view.keys({ limit: 0 })]).toEqual([]);
    expect(() => view.keys({ limit: -1 })).toThrow(RangeError);
  });
  await backend.close();
});

test("a blob whose file is gone or damaged is undefined in a transaction, and its record can still be read", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory() });
  await backend.setBlob("large", large);
  const [name] = filesOf(backend) as [string];
  const path = join(backend.directory, "blobs", name.slice(0, 2), name.slice(2, 4), name);
  chmodSync(path, 0o600);
  writeFileSync(path, sampleBytes(200_000, 77));
  const look = () => backend.transaction((view) => [view.get("large"), view.record("large")?.byteLength]);
  expect(await look()).toEqual([undefined, 200_000]);
  rmSync(path);
  expect(await look()).toEqual([undefined, 200_000]);
  await backend.close();
});

test("a transaction whose commit fails leaves no file behind, and the next one is sound", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  await backend.setBlob("a", small);
  const store = await openStore(directory, () => {});
  let failing = true;
  store.parts.push({
    begin() {},
    beforeCommit() {
      if (failing) throw new Error("not today");
    },
    ended() {
      failing = false;
    },
  });
  const write = () => backend.transaction((view) => view.set("large", large));
  await expect(write()).rejects.toMatchObject({ code: "backend-failed" });
  expect(filesOf(backend)).toEqual([]);
  expect(await backend.getBlob("large")).toBeUndefined();
  await write();
  expect(await readBytes(backend, "large")).toEqual(large.bytes);
  expect((await backend.check()).problems).toEqual([]);
  await store.leave();
  await backend.close();
});
