import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { contentOf } from "../../src/cached/folio-store.js";
import { checksumOfBytes } from "../../src/manifest/checksum-hasher.js";
import { readManifest } from "../../src/manifest/read-manifest.js";
import { RemoteError } from "../../src/remote/remote-error.js";
import { addItem } from "../../src/writing/add-item.js";
import { deleteItem } from "../../src/writing/delete-item.js";
import { type MemoryStorage, memoryStorage, unreachable } from "../memory-storage.js";
import { writingParts } from "./writing-parts.js";

const folder = mkdtempSync(join(tmpdir(), "larder-add-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function itemsOf(storage: MemoryStorage) {
  const read = await readManifest(storage);
  if (read === undefined || read === "unchanged") throw new Error("no manifest");
  return read.manifest.items;
}

describe("an item that is added", () => {
  it("is stored before it is listed, and what it replaces is deleted after that", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    const first = await addItem(parts, "notes", "one", { updatedBy: "maria@host", description: "What I saw" });
    storage.requests.length = 0;
    const second = await addItem(parts, "notes", "two", { updatedBy: "jan@host" });
    const writes = storage.requests.filter(({ method }) => method !== "read");
    expect(writes).toEqual([
      { method: "write", path: second.file },
      { method: "write", path: "items.json" },
      { method: "delete", path: first.file },
    ]);
    expect(first).toMatchObject({ name: "notes", kind: "text", replaced: false, isReference: false, sizeBytes: 3 });
    expect(second).toMatchObject({ replaced: true, updatedBy: "jan@host", description: "What I saw" });
    expect(second.createdAt).toBe(first.createdAt);
    expect(second.updatedAt! > first.updatedAt!).toBe(true);
    expect(first.file).toMatch(/^items\/notes\.7692c3ad3540\.[0-9a-f]{8}\.txt$/);
    expect(parts.learned).toHaveLength(2);
    expect(parts.warnings()).toEqual([]);
  });

  it("keeps what it does not know of the item it replaces", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    storage.objects.set(
      "items.json",
      new TextEncoder().encode('{"items":{"a":{"kind":"text","file":"a.txt","reviewed":true}}}'),
    );
    await addItem(parts, "a", "new");
    expect((await itemsOf(storage)).get("a")!.other).toEqual({ reviewed: true });
  });

  it("with the same bytes again is stored anew, so that adding it again mends a bundle", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    const first = await addItem(parts, "a", "same");
    storage.objects.set(first.file!, new Uint8Array());
    const again = await addItem(parts, "a", "same");
    expect(again.file).not.toBe(first.file);
    expect([...storage.objects.keys()].sort()).toEqual([again.file!, "items.json"].sort());
  });

  it("says who added it when nobody tells", async () => {
    const parts = await writingParts(memoryStorage());
    expect((await addItem(parts, "a", 1)).updatedBy).toMatch(/^.+@.+$/);
  });

  it("has the checksum by the algorithm asked for", async () => {
    const parts = await writingParts(memoryStorage());
    for (const checksumAlgorithm of ["md5", "sha1", "blake3"] as const) {
      const added = await addItem(parts, "a", "abc", { checksumAlgorithm });
      const checksum = await checksumOfBytes(checksumAlgorithm, new TextEncoder().encode("abc"));
      expect(added).toMatchObject({ checksumAlgorithm, checksum });
    }
  });

  it("from a file is sent from the disk, under the file's extension", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    const file = join(folder, "model.SafeTensors");
    writeFileSync(file, Buffer.alloc(3_000_000, 7));
    const progress: unknown[] = [];
    const added = await addItem(parts, "model", { file }, { kind: "model", onProgress: (now) => progress.push(now) });
    expect(added).toMatchObject({ kind: "model", sizeBytes: 3_000_000, file: expect.stringMatching(/\.safetensors$/) });
    expect(added.checksum).toBe(await checksumOfBytes("sha256", Buffer.alloc(3_000_000, 7)));
    expect(Buffer.compare(storage.objects.get(added.file!)!, Buffer.alloc(3_000_000, 7))).toBe(0);
    expect(progress).toEqual([
      { item: "model", bytes: 0, totalBytes: 3_000_000 },
      { item: "model", bytes: 3_000_000, totalBytes: 3_000_000 },
    ]);
  });

  it("from a file that changes while it is sent is refused, and nothing is left behind", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    const file = join(folder, "log.txt");
    writeFileSync(file, "first");
    storage.before = ({ method }) => {
      if (method === "write") writeFileSync(file, "other");
    };
    await expect(addItem(parts, "log", { file })).rejects.toMatchObject({ code: "file-changed" });
    expect([...storage.objects.keys()]).toEqual([]);
  });

  it("from a file that is not there, or a folder, is an error that names it", async () => {
    const parts = await writingParts(memoryStorage());
    for (const file of [join(folder, "nowhere"), folder]) {
      const adding = addItem(parts, "a", { file });
      await expect(adding).rejects.toMatchObject({ code: "file-not-readable", message: expect.stringContaining(file) });
    }
  });
});

describe("when the manifest can't be written", () => {
  async function failing(error: Error) {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    storage.before = ({ method, path }) => {
      if (method === "write" && path === "items.json") throw error;
    };
    await expect(addItem(parts, "a", "text")).rejects.toThrow(error);
    return storage;
  }

  it("for want of rights, the new object goes again", async () => {
    const storage = await failing(new RemoteError("refused", { code: "remote-refused", facts: {} }));
    expect(storage.objects.size).toBe(0);
  });

  it("and nobody knows whether it was, the new object stays", async () => {
    const storage = await failing(unreachable("items.json"));
    expect(storage.objects.size).toBe(1);
  });

  it("a replacement whose answer was lost is still a replacement, and the former object goes", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    await addItem(parts, "a", "one");
    storage.after = ({ method, path }) => {
      if (method !== "write" || path !== "items.json") return;
      storage.after = undefined;
      throw new RemoteError("conflict", { code: "remote-conflict", facts: {} });
    };
    const added = await addItem(parts, "a", "two");
    expect(added.replaced).toBe(true);
    expect([...storage.objects.keys()].sort()).toEqual([added.file!, "items.json"].sort());
  });

  it("a former object that can't be deleted is a warning", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    await addItem(parts, "a", "one");
    storage.before = ({ method, path }) => {
      if (method === "delete") throw unreachable(path);
    };
    await addItem(parts, "a", "two");
    expect(parts.warnings()).toEqual(["unused-object"]);
  });
});

describe("a service without conditional writes", () => {
  it("is told of once, whatever is added", async () => {
    const parts = await writingParts(memoryStorage({ abilities: { conditionalWrites: false } }));
    await addItem(parts, "a", 1);
    await addItem(parts, "b", 1);
    expect(parts.warnings()).toEqual(["no-conditional-writes"]);
  });

  it("an item that somebody replaces before it is read back is theirs, and our object goes", async () => {
    const storage = memoryStorage({ abilities: { conditionalWrites: false } });
    const parts = await writingParts(storage);
    storage.after = ({ method, path }) => {
      if (method !== "write" || path !== "items.json") return;
      storage.objects.set("theirs.txt", new Uint8Array());
      storage.objects.set(
        "items.json",
        new TextEncoder().encode('{"items":{"a":{"kind":"text","file":"theirs.txt"}}}'),
      );
    };
    await addItem(parts, "a", "ours", {});
    expect([...storage.objects.keys()].sort()).toEqual(["items.json", "theirs.txt"]);
  });
});

describe("the local cache", () => {
  for (const settings of [{ cacheMode: "write-through" }, { cacheOnAdd: true }] as const) {
    it(`has what was added, with ${JSON.stringify(settings)}`, async () => {
      const parts = await writingParts(memoryStorage(), { settings });
      const file = join(folder, "cached.bin");
      writeFileSync(file, "bytes of a file");
      for (const value of ["text", { file }]) {
        const added = await addItem(parts, "a", value);
        const row = await parts.store.item(parts.remote.url, "a");
        expect(row).toMatchObject({
          content: contentOf(added),
          remoteChecksum: contentOf(added),
          sizeBytes: added.sizeBytes,
        });
        expect(row!.lastVerified).toBe(Date.parse(added.updatedAt!));
        const entry = await parts.store.content(contentOf(added)!);
        expect(entry).toBeDefined();
        await entry!.close();
      }
    });
  }

  it("has nothing of it otherwise", async () => {
    for (const settings of [
      {},
      { cacheMode: "disabled", cacheOnAdd: true },
      { enabled: false, cacheOnAdd: true },
    ] as const) {
      const parts = await writingParts(memoryStorage(), { settings });
      const added = await addItem(parts, "a", "text");
      expect(await parts.store.hasContent(contentOf(added)!)).toBe(false);
    }
  });

  it("in trouble is a warning, and the item is added all the same", async () => {
    const { store } = await writingParts(memoryStorage());
    const broken = { ...store, putContent: () => Promise.reject(new Error("disk full")) };
    const storage = memoryStorage();
    const parts = await writingParts(storage, { store: broken, settings: { cacheOnAdd: true } });
    await addItem(parts, "a", "text");
    expect(parts.warnings()).toEqual(["not-cached"]);
    expect((await itemsOf(storage)).has("a")).toBe(true);
  });
});

describe("adding and deleting are refused", () => {
  it("in the mode read-only, offline, and where the storage can only be read", async () => {
    const { write: _write, delete: _delete, ...readable } = memoryStorage();
    const cases = [
      [await writingParts(memoryStorage(), { settings: { cacheMode: "read-only" } }), "read-only"],
      [await writingParts(memoryStorage(), { settings: { cacheMode: "offline" } }), "offline"],
      [await writingParts(memoryStorage(), { settings: { offlineMode: true } }), "offline"],
      [await writingParts(readable), "remote-read-only"],
    ] as const;
    for (const [parts, code] of cases) {
      await expect(addItem(parts, "a", 1)).rejects.toMatchObject({ code });
      await expect(deleteItem(parts, "a")).rejects.toMatchObject({ code });
    }
  });

  it("for names and options that can't be, naming the option", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    const refused: readonly (readonly [string, unknown, object, string, RegExp])[] = [
      ["", 1, {}, "invalid-item-name", /empty/],
      ["\ud800", 1, {}, "invalid-item-name", /surrogate/],
      ["x".repeat(1025), 1, {}, "invalid-item-name", /1024 bytes/],
      ["a", 1, { kind: "csv" }, "invalid-option", /'kind'/],
      ["a", 1, { checksumAlgorithm: "crc32" }, "invalid-option", /'checksumAlgorithm'/],
      ["a", 1, { description: 5 }, "invalid-option", /'description'/],
      ["a", 1, { updatedBy: "\ud800" }, "invalid-option", /'updatedBy'/],
      ["a", undefined, {}, "missing-value", /asReference/],
    ];
    for (const [name, value, options, code, reason] of refused) {
      await expect(addItem(parts, name, value, options)).rejects.toMatchObject({
        code,
        message: expect.stringMatching(reason),
      });
    }
    expect(storage.requests).toEqual([]);
  });
});

describe("an item that is deleted", () => {
  it("is off the list before its object goes, and off the cache", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage, { settings: { cacheOnAdd: true } });
    const added = await addItem(parts, "a", "text");
    storage.requests.length = 0;
    expect(await deleteItem(parts, "a")).toBe(true);
    expect(storage.requests.filter(({ method }) => method !== "read")).toEqual([
      { method: "write", path: "items.json" },
      { method: "delete", path: added.file },
    ]);
    expect(await parts.store.item(storage.url, "a")).toBeUndefined();
    expect(await deleteItem(parts, "a")).toBe(false);
  });

  it("leaves an object that another item has too", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    storage.objects.set("Shared.bin", Uint8Array.of(1));
    const items = { a: { kind: "file", file: "Shared.bin" }, b: { kind: "file", file: "shared.bin" } };
    storage.objects.set("items.json", new TextEncoder().encode(JSON.stringify({ items })));
    await deleteItem(parts, "a");
    expect(storage.objects.has("Shared.bin")).toBe(true);
  });

  it("of a bundle that has none is none, and makes no manifest", async () => {
    const storage = memoryStorage();
    expect(await deleteItem(await writingParts(storage), "a")).toBe(false);
    expect(storage.objects.size).toBe(0);
  });
});

it("checksums that reading has found of an older bundle's items are added by the next write, if the objects are the same", async () => {
  const storage = memoryStorage();
  const parts = await writingParts(storage);
  const bytes = new TextEncoder().encode("old");
  for (const name of ["same", "changed", "unread"]) storage.objects.set(`${name}.txt`, bytes.slice());
  const items = Object.fromEntries(
    ["same", "changed", "unread"].map((name) => [name, { kind: "text", file: `${name}.txt` }]),
  );
  storage.objects.set("items.json", new TextEncoder().encode(JSON.stringify({ items })));
  const content = `sha256:${await checksumOfBytes("sha256", bytes)}`;
  for (const name of ["same", "changed"]) {
    const { version } = (await storage.head(`${name}.txt`))!;
    await parts.store.putContent(content, "text", { bytes });
    const row = { name, kind: "text", file: `${name}.txt`, sizeBytes: 3, remoteChecksum: undefined, content } as const;
    const known = { remoteVersion: version, updatedAt: undefined, updatedBy: undefined, cachedAt: 1, lastVerified: 1 };
    await parts.store.putItem(storage.url, { ...row, ...known });
  }
  storage.objects.set("changed.txt", new TextEncoder().encode("new"));
  await addItem(parts, "other", 1);
  const now = await itemsOf(storage);
  expect(now.get("same")).toEqual({
    kind: "text",
    file: "same.txt",
    sizeBytes: 3,
    checksum: content.slice(7),
    checksumAlgorithm: "sha256",
  });
  expect(now.get("changed")).toEqual({ kind: "text", file: "changed.txt" });
  expect(now.get("unread")).toEqual({ kind: "text", file: "unread.txt" });
});
