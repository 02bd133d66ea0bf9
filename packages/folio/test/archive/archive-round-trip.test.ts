import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { unpackTar } from "modern-tar";
import { afterEach, describe, expect, it } from "vitest";
import { exportCache } from "../../src/archive/export-cache.js";
import { importCache } from "../../src/archive/import-cache.js";
import { sweepStaging } from "../../src/archive/staging-directory.js";
import type { FolioStore } from "../../src/cached/folio-store.js";
import {
  bundleUrl,
  ground,
  itemBytes,
  listing,
  memoryStore,
  putBundle,
  type SampleItem,
  sha256,
} from "./archive-ground.js";

const other = "s3://lab/other";
const samples: readonly SampleItem[] = [
  { name: "empty", bytes: new Uint8Array(0) },
  { name: "small", bytes: Buffer.from("hello") },
  { name: "same as small", bytes: Buffer.from("hello") },
  { name: "large", bytes: Buffer.alloc(3_000_000, "pattern") },
  { name: "pinned", bytes: Buffer.alloc(512, 1) },
  { name: '名前 / \u0000 " strange', bytes: Buffer.alloc(513, 2) },
];

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "larder-archives-"));
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function store(): Promise<FolioStore> {
  const opened = await memoryStore();
  cleanups.push(() => opened.close());
  return opened;
}

async function filledStore(): Promise<FolioStore> {
  const filled = await store();
  await putBundle(filled, samples);
  await putBundle(filled, [{ name: "a", bytes: Buffer.from("only here") }], other);
  return filled;
}

describe("exporting a cache and importing it elsewhere", () => {
  it("brings all bundles, rows and contents", async () => {
    const from = await filledStore();
    const file = join(folder(), "cache.tar.gz");
    const report = await exportCache(from, undefined, file);
    expect(report).toEqual({ items: 7, bytes: 5 + 3_000_000 + 512 + 513 + 9, damaged: [] });
    const to = await store();
    expect(await importCache(to, file)).toEqual({ items: 7, bytes: report.bytes });
    for (const { name, bytes } of samples) {
      expect(Buffer.from((await itemBytes(to, name))!).equals(bytes), name).toBe(true);
      const { lastAccessed: _a, ...row } = (await to.item(bundleUrl, name))!;
      const { lastAccessed: _b, ...original } = (await from.item(bundleUrl, name))!;
      expect(row).toEqual(original);
    }
    expect(await to.bundle(bundleUrl)).toEqual(await from.bundle(bundleUrl));
    expect(await itemBytes(to, "a", other)).toEqual(new Uint8Array(Buffer.from("only here")));
  });

  it("brings one bundle when asked for one", async () => {
    const from = await filledStore();
    const file = join(folder(), "cache.tar.gz");
    await exportCache(from, other, file);
    const to = await store();
    expect(await importCache(to, file)).toEqual({ items: 1, bytes: 9 });
    expect(await to.bundle(bundleUrl)).toBeUndefined();
  });

  it("gives the same bytes each time, whatever the order in which things were cached, and a file for its owner only", async () => {
    const place = folder();
    const from = await filledStore();
    await exportCache(from, undefined, join(place, "one.tar.gz"));
    const again = await store();
    await putBundle(again, [{ name: "a", bytes: Buffer.from("only here") }], other);
    await putBundle(again, [...samples].reverse());
    const reversed = { ...again, bundle: again.bundle };
    await reversed.putBundle((await from.bundle(bundleUrl))!);
    await exportCache(again, undefined, join(place, "two.tar.gz"));
    expect(readFileSync(join(place, "two.tar.gz")).equals(readFileSync(join(place, "one.tar.gz")))).toBe(true);
    expect(statSync(join(place, "one.tar.gz")).mode & 0o777).toBe(0o600);
    expect(readdirSync(place).sort()).toEqual(["one.tar.gz", "two.tar.gz"]);
  });

  it("makes an archive that other programs can read", async () => {
    const place = folder();
    const file = join(place, "cache.tar.gz");
    await exportCache(await filledStore(), undefined, file);
    const entries = await unpackTar(gunzipSync(readFileSync(file)), { strict: true });
    expect(entries[0]!.header.name).toBe("manifest.json");
    for (const { header, data } of entries.slice(1)) {
      expect(header.name).toBe(`blobs/sha256/${sha256(data!).slice(0, 2)}/${sha256(data!)}`);
    }
    expect(entries).toHaveLength(7);
    const listed = execFileSync("tar", ["-tzf", file], { encoding: "utf8" }).trim().split("\n");
    expect(listed).toEqual(entries.map(({ header }) => header.name));
  });

  it("has no credential of a bundle's address in it", async () => {
    const from = await store();
    await putBundle(from, [{ name: "a", bytes: Buffer.from("x") }], "https://maria:hunter2@host/x?sig=hunter2");
    const file = join(folder(), "cache.tar.gz");
    expect((await exportCache(from, undefined, file)).items).toBe(0);
    expect(gunzipSync(readFileSync(file)).includes("hunter2")).toBe(false);
  });

  it("leaves out what is damaged, and says what", async () => {
    const from = await filledStore();
    const bad = `sha256:${sha256(Buffer.from("hello"))}`;
    const spoilt: FolioStore = {
      ...from,
      async content(content, kind) {
        const entry = await from.content(content, kind);
        if (entry === undefined || content !== bad) return entry;
        return { ...entry, source: { byteLength: 5, slice: () => Buffer.from("jello") } };
      },
    };
    const place = folder();
    const report = await exportCache(spoilt, undefined, join(place, "cache.tar.gz"));
    expect(report).toMatchObject({ items: 5, damaged: [bad] });
    const to = await store();
    expect((await importCache(to, join(place, "cache.tar.gz"))).items).toBe(5);
    expect(await to.item(bundleUrl, "small")).toBeUndefined();
  });

  it("stops when told to, and leaves nothing behind", async () => {
    const place = folder();
    const controller = new AbortController();
    const exporting = exportCache(await filledStore(), undefined, join(place, "cache.tar.gz"), {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(exporting).rejects.toThrow();
    expect(readdirSync(place)).toEqual([]);
  });
});

describe("importing into a cache that has something already", () => {
  async function archiveOf(items: readonly SampleItem[]): Promise<string> {
    const from = await store();
    await putBundle(from, items);
    const file = join(folder(), "cache.tar.gz");
    await exportCache(from, undefined, file);
    return file;
  }

  it("keeps what was checked later than the archive", async () => {
    const file = await archiveOf([{ name: "x", bytes: Buffer.from("old"), lastVerified: 500_000 }]);
    const to = await store();
    await putBundle(to, [{ name: "x", bytes: Buffer.from("new"), lastVerified: 900_000 }]);
    const before = await listing(to);
    expect(await importCache(to, file)).toEqual({ items: 0, bytes: 0 });
    expect(await listing(to)).toEqual(before);
  });

  it("takes what the archive has checked later, and makes the rest be checked before it is used", async () => {
    const from = await store();
    await putBundle(from, [{ name: "x", bytes: Buffer.from("new"), lastVerified: 2_000_000 }]);
    await from.putBundle({ ...(await from.bundle(bundleUrl))!, lastManifestCheck: 2_000_000 });
    const file = join(folder(), "cache.tar.gz");
    await exportCache(from, undefined, file);
    const to = await store();
    await putBundle(to, [
      { name: "x", bytes: Buffer.from("old") },
      { name: "gone", bytes: Buffer.from("no longer there") },
    ]);
    await importCache(to, file);
    expect(Buffer.from((await itemBytes(to, "x"))!).toString()).toBe("new");
    expect((await to.item(bundleUrl, "gone"))?.lastVerified).toBe(0);
  });

  it("leaves out what a manifest read later contradicts", async () => {
    const file = await archiveOf([
      { name: "x", bytes: Buffer.from("old") },
      { name: "y", bytes: Buffer.from("same") },
      { name: "z", bytes: Buffer.from("removed since") },
    ]);
    const to = await store();
    await putBundle(to, [
      { name: "x", bytes: Buffer.from("new") },
      { name: "y", bytes: Buffer.from("same") },
    ]);
    await to.putBundle({ ...(await to.bundle(bundleUrl))!, lastManifestCheck: 2_000_000 });
    await to.removeItem(bundleUrl, "x");
    await to.removeItem(bundleUrl, "y");
    expect(await importCache(to, file)).toEqual({ items: 1, bytes: 4 });
    expect(await to.item(bundleUrl, "x")).toBeUndefined();
    expect(await to.item(bundleUrl, "z")).toBeUndefined();
    // Nor is there a content that nobody has.
    const contents = [];
    for await (const { content } of to.contents()) contents.push(content);
    expect(contents).toEqual([`sha256:${sha256(Buffer.from("same"))}`]);
  });

  it("does not believe that something was checked in the future", async () => {
    const file = await archiveOf([{ name: "x", bytes: Buffer.from("x"), lastVerified: 8e15 }]);
    const to = await store();
    await importCache(to, file, { now: () => 3_000_000 });
    expect((await to.item(bundleUrl, "x"))?.lastVerified).toBe(3_000_000);
  });

  it.each(["putContent", "putItem", "putBundle"] as const)("changes nothing when %s fails half-way", async (method) => {
    const file = await archiveOf(samples);
    const to = await store();
    await putBundle(to, [{ name: "mine", bytes: Buffer.from("mine") }], other);
    const before = await listing(to);
    let calls = 0;
    const failing = {
      ...to,
      [method]: async (...values: never[]) => {
        if (++calls === (method === "putBundle" ? 1 : 3)) throw new Error("disk full");
        return (to[method] as (...values: never[]) => unknown)(...values);
      },
    } as FolioStore;
    await expect(importCache(failing, file)).rejects.toThrow("disk full");
    expect(await listing(to)).toEqual(before);
  });

  it("refuses more than it may take, before anything is written", async () => {
    const file = await archiveOf(samples);
    const to = await store();
    await expect(importCache(to, file, { maxBytes: 1000 })).rejects.toMatchObject({ code: "unsafe-archive" });
    await expect(importCache({ ...to, hasRoomFor: async () => false }, file)).rejects.toMatchObject({
      code: "cache-full",
    });
    await expect(importCache(to, file, { maxBytes: -1 })).rejects.toMatchObject({ code: "invalid-option" });
  });

  it("stops when told to", async () => {
    const file = await archiveOf(samples);
    const to = await store();
    const controller = new AbortController();
    const importing = importCache(to, file, {
      signal: controller.signal,
      onProgress: () => controller.abort(new Error("enough")),
    });
    await expect(importing).rejects.toThrow("enough");
    expect(await listing(to)).toEqual({ bundles: [], contents: {} });
  });

  it("refuses a folder and a pipe", async () => {
    const place = folder();
    execFileSync("mkfifo", [join(place, "pipe")]);
    const to = await store();
    await expect(importCache(to, place)).rejects.toMatchObject({ code: "damaged-archive" });
    await expect(importCache(to, join(place, "pipe"))).rejects.toMatchObject({ code: "damaged-archive" });
  });
});

describe("what a killed import leaves", () => {
  it("is swept, and that of a living one is not", async () => {
    const place = ground();
    cleanups.push(place.remove);
    const imports = join(place.cache, "imports");
    const { mkdirSync } = await import("node:fs");
    const { uniqueNameOfProcess } = await import("@larder/core");
    const mine = uniqueNameOfProcess();
    const dead = mine.replace(/-\d+-\d+-/, "-999999999-1-");
    for (const name of [mine, dead, "no name of ours"]) {
      mkdirSync(join(imports, name), { recursive: true });
      writeFileSync(join(imports, name, "0"), "half");
    }
    expect(await sweepStaging(place.cache)).toBe(1);
    expect(readdirSync(imports).sort()).toEqual([mine, "no name of ours"].sort());
    expect(await sweepStaging(place.cache, Date.now() + 2 * 86_400_000)).toBe(1);
    expect(readdirSync(imports)).toEqual([mine]);
  });
});
