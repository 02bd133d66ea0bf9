import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contentDigest } from "@larder/core";
import { type Table, tableFromArrays } from "apache-arrow";
import { afterAll, describe, expect, it } from "vitest";
import type { ManifestItem } from "../../src/manifest/manifest.js";
import { readManifest } from "../../src/manifest/read-manifest.js";
import { unusedObjects } from "../../src/policy/bundle-objects.js";
import { optimizeStorage } from "../../src/policy/optimize-storage.js";
import { openRemote } from "../../src/remote/open-remote.js";
import { RemoteError } from "../../src/remote/remote-error.js";
import type { RemoteStorage } from "../../src/remote/remote-storage.js";
import { addItem } from "../../src/writing/add-item.js";
import { convertToIncluded } from "../../src/writing/convert-to-included.js";
import { convertToReference } from "../../src/writing/convert-to-reference.js";
import { deleteItem } from "../../src/writing/delete-item.js";
import { memoryStorage, unreachable } from "../memory-storage.js";
import { writingParts } from "./writing-parts.js";

const root = mkdtempSync(join(tmpdir(), "larder-chunks-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** A table of some 80 bytes for ten rows. */
function tableOf(rows: number): Table {
  return tableFromArrays({ value: Float64Array.from({ length: rows }, (_, i) => Math.sin(i) * 1e6) });
}
const large = tableOf(30_000);

async function itemOf(remote: RemoteStorage, name = "flights"): Promise<ManifestItem> {
  const read = await readManifest(remote);
  if (read === undefined || read === "unchanged") throw new Error("no manifest");
  return read.manifest.items.get(name)!;
}

async function bytesAt(remote: RemoteStorage, path: string): Promise<Uint8Array> {
  const read = await remote.read(path);
  if (read.status !== "found") throw new Error(`${path} is ${read.status}`);
  const pieces: Uint8Array[] = [];
  for await (const piece of read.body) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** The digests of the chunks of bytes, the plain way. */
function listOf(bytes: Uint8Array, chunkBytes: number): Buffer {
  const digests: string[] = [];
  for (let at = 0; at < bytes.byteLength; at += chunkBytes) {
    digests.push(contentDigest(bytes.subarray(at, at + chunkBytes)));
  }
  return Buffer.from(digests.join(""), "hex");
}

/** Checks that the list which an item names is that of its bytes. */
async function expectList(remote: RemoteStorage, item: ManifestItem, bytes: Uint8Array): Promise<void> {
  const { file, chunkBytes, algorithm, checksum } = item.chunks!;
  const list = await bytesAt(remote, file);
  expect({ chunkBytes, algorithm }).toEqual({ chunkBytes: 16_384, algorithm: "blake3" });
  expect(Buffer.compare(list, listOf(bytes, chunkBytes))).toBe(0);
  expect(createHash("sha256").update(list).digest("hex")).toBe(checksum);
}

const names = (paths: Iterable<string>): string[] => [...paths].map((path) => path.replace(/^.*\./, "")).sort();

describe("a table that is added", () => {
  it("gets a list of its chunks, stored before the manifest names it; both go when it is replaced", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    const first = await addItem(parts, "flights", large);
    const old = await itemOf(storage);
    await expectList(storage, old, storage.objects.get(first.file!)!);
    expect(old.chunks!.file).toBe(first.file!.replace(/parquet$/, "chunks"));
    storage.requests.length = 0;
    const second = await addItem(parts, "flights", tableOf(31_000));
    const now = await itemOf(storage);
    expect(storage.requests.filter(({ method }) => method !== "read")).toEqual([
      { method: "write", path: second.file },
      { method: "write", path: now.chunks!.file },
      { method: "write", path: "items.json" },
      { method: "delete", path: first.file },
      { method: "delete", path: old.chunks!.file },
    ]);
    expect(parts.warnings()).toEqual([]);
  });

  it("from a file gets the same list as from a value", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    const { file } = await addItem(parts, "value", large);
    const bytes = storage.objects.get(file!)!;
    const path = join(root, "flights.parquet");
    writeFileSync(path, bytes);
    await addItem(parts, "flights", { file: path }, { kind: "table", checksumAlgorithm: "md5" });
    const item = await itemOf(storage);
    await expectList(storage, item, bytes);
    expect(item.chunks!.checksum).toBe((await itemOf(storage, "value")).chunks!.checksum);
  });

  it("of up to 64 KiB, or of another kind, gets none", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    const path = join(root, "small.parquet");
    writeFileSync(path, new Uint8Array(65_536));
    await addItem(parts, "small", { file: path }, { kind: "table" });
    await addItem(parts, "bytes", new Uint8Array(1_000_000));
    expect(names(storage.objects.keys())).toEqual(["bin", "json", "parquet"]);
    writeFileSync(path, new Uint8Array(65_537));
    await addItem(parts, "small", { file: path }, { kind: "table" });
    expect(names(storage.objects.keys())).toEqual(["bin", "chunks", "json", "parquet"]);
  });

  it.each([
    ["list", ".chunks", ["items.json"]],
    ["manifest", "items.json", []],
  ])("whose %s can't be stored leaves nothing behind", async (_, end) => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    storage.before = ({ method, path }) => {
      if (method === "write" && path.endsWith(end)) throw new RemoteError("no", { code: "remote-refused", facts: {} });
    };
    await expect(addItem(parts, "flights", large)).rejects.toMatchObject({ code: "remote-refused" });
    expect([...storage.objects.keys()]).toEqual([]);
  });

  it("keeps both objects when it is unknown whether it was listed", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    storage.after = ({ method, path }) => {
      if (method === "write" && path === "items.json") throw unreachable(path);
    };
    await expect(addItem(parts, "flights", large)).rejects.toMatchObject({ code: "remote-unreachable" });
    expect(names(storage.objects.keys())).toEqual(["chunks", "json", "parquet"]);
  });

  it("above the size policy, at an address of the caller's choice, has its list in the bundle", async () => {
    const remote = await openRemote(join(root, "chosen"));
    const settings = { largeFilePolicy: { sizeThreshold: 1000 } };
    const parts = await writingParts(remote, { settings });
    const path = join(root, "of-my-choice.parquet");
    await addItem(parts, "flights", large, { asReference: `file://${path}` });
    const item = await itemOf(remote);
    expect(item.reference).toBe(`file://${path}`);
    expect(item.chunks!.file).toMatch(/^items\/flights\.[0-9a-f]{12}\.[0-9a-f]{8}\.chunks$/);
    await expectList(remote, item, readFileSync(path));
    // When it can't be listed, the list goes, and the caller's data stay.
    const refusing: RemoteStorage = {
      ...remote,
      async write(at, body, options) {
        if (at === "items.json") throw new RemoteError("no", { code: "remote-refused", facts: {} });
        return remote.write!(at, body, options);
      },
    };
    const refused = await writingParts(refusing, { settings });
    await expect(addItem(refused, "more", large, { asReference: `file://${path}` })).rejects.toThrow("no");
    expect(existsSync(path)).toBe(true);
    const left: string[] = [];
    for await (const found of remote.list!()) left.push(found.path);
    expect(left.sort()).toEqual(["items.json", item.chunks!.file]);
  });

  it("shows no list among what is told of it", async () => {
    const parts = await writingParts(memoryStorage());
    expect(await addItem(parts, "flights", large)).not.toHaveProperty("chunks");
  });
});

describe("a table that is deleted", () => {
  it("goes with its list", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    await addItem(parts, "flights", large);
    await deleteItem(parts, "flights");
    expect([...storage.objects.keys()]).toEqual(["items.json"]);
  });

  it("leaves what only claims to be its list", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    const chunks = (file: string) => ({ file, chunkBytes: 4096, algorithm: "blake3", checksum: "0".repeat(64) });
    const item = (file: string, list: string) => ({
      kind: "table",
      file,
      sizeBytes: 1,
      checksum: "0".repeat(64),
      chunks: chunks(list),
    });
    const listed = "items/b.0123456789ab.0123abcd.chunks";
    const items = {
      a: item("a", "items.json"),
      b: item("b", listed),
      c: item("c", listed),
      d: item("d", "README.md"),
      e: item("items.json", "e"),
    };
    for (const path of ["a", "b", "c", "d", listed, "README.md"]) storage.objects.set(path, Uint8Array.of(1));
    storage.objects.set("items.json", new TextEncoder().encode(JSON.stringify({ items })));
    for (const name of ["a", "b", "d", "e"]) await deleteItem(parts, name);
    expect([...storage.objects.keys()].sort()).toEqual(["README.md", "c", "items.json", listed].sort());
    await deleteItem(parts, "c");
    expect([...storage.objects.keys()].sort()).toEqual(["README.md", "items.json"]);
  });
});

describe("a table that moves", () => {
  it("out of the bundle and back keeps the list it has", async () => {
    const remote = await openRemote(join(root, "moves"));
    const parts = await writingParts(remote);
    const { file } = await addItem(parts, "flights", large);
    const bytes = await bytesAt(remote, file!);
    const before = await itemOf(remote);
    const report = await optimizeStorage(parts, { thresholdBytes: 1000 });
    expect(report).toMatchObject({ failed: [], removedObjects: 1 });
    const moved = await itemOf(remote);
    expect(moved.reference).toMatch(/^\.\.\/large\/moves\//);
    expect(moved.chunks).toEqual(before.chunks);
    await convertToIncluded(parts, "flights");
    const back = await itemOf(remote);
    expect(back.chunks).toEqual(before.chunks);
    await expectList(remote, back, bytes);
    await convertToReference(parts, "flights");
    expect((await itemOf(remote)).chunks).toEqual(before.chunks);
    await deleteItem(parts, "flights");
    const left: string[] = [];
    for await (const { path } of remote.list!()) left.push(path);
    // What it only referred to by an address is not deleted.
    expect(names(left)).toEqual(["json", "parquet"]);
  });

  it("gets a list when it has none yet: as a reference that is included, and by optimizeStorage", async () => {
    const source = await writingParts(memoryStorage());
    const { file } = await addItem(source, "flights", large);
    const bytes = await bytesAt(source.remote, file!);
    const path = join(root, "elsewhere.parquet");
    writeFileSync(path, bytes);
    const remote = await openRemote(join(root, "included"));
    const parts = await writingParts(remote);
    await addItem(parts, "flights", undefined, { asReference: `file://${path}` });
    expect((await itemOf(remote)).chunks).toBeUndefined();
    await convertToIncluded(parts, "flights");
    await expectList(remote, await itemOf(remote), bytes);

    const older = { kind: "table", file: "old.parquet" };
    await remote.write!("old.parquet", { bytes });
    await remote.write!("items.json", { bytes: Buffer.from(JSON.stringify({ items: { flights: older } })) });
    await optimizeStorage(parts, { thresholdBytes: 1000 });
    const moved = await itemOf(remote);
    expect(moved.reference).toBeDefined();
    await expectList(remote, moved, bytes);
  });

  it("leaves no list behind when somebody changes it meanwhile", async () => {
    const storage = memoryStorage({ url: "memory://bundle" });
    const parts = await writingParts(storage);
    const source = await writingParts(memoryStorage());
    const { file } = await addItem(source, "flights", large);
    const path = join(root, "raced.parquet");
    writeFileSync(path, await bytesAt(source.remote, file!));
    const folder = await openRemote(join(root, "raced"));
    const racing = await writingParts({
      ...folder,
      async write(at, body, options) {
        const written = await folder.write!(at, body, options);
        if (at.endsWith(".chunks")) await addItem(await writingParts(folder), "flights", "theirs");
        return written;
      },
    });
    await addItem(racing, "flights", undefined, { asReference: `file://${path}` });
    await expect(convertToIncluded(racing, "flights")).rejects.toMatchObject({ code: "item-changed" });
    const left: string[] = [];
    for await (const found of folder.list!()) left.push(found.path);
    expect(names(left)).toEqual(["json", "txt"]);
    await parts.close();
  });
});

describe("a list that no item names", () => {
  it("is an unused object, and one that an item names is not", async () => {
    const storage = memoryStorage();
    const parts = await writingParts(storage);
    await addItem(parts, "flights", large);
    const { chunks } = await itemOf(storage);
    const lost = "items/lost.0123456789ab.0123abcd.chunks";
    const object = (path: string, modifiedAt: number) =>
      [path, { path, byteLength: 32, version: "1", modifiedAt }] as const;
    const objects = new Map([object(chunks!.file, 0), object(lost, 0), object("items.json", 1e12)]);
    const read = await parts.manifest();
    expect(unusedObjects(parts, read.manifest, objects).map(({ path }) => path)).toEqual([lost]);
  });
});
