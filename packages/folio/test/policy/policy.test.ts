import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { systemClock } from "@larder/core";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { readManifest } from "../../src/manifest/read-manifest.js";
import { analyzeBundle } from "../../src/policy/analyze-bundle.js";
import { optimizeStorage } from "../../src/policy/optimize-storage.js";
import { openRemote } from "../../src/remote/open-remote.js";
import type { RemoteStorage } from "../../src/remote/remote-storage.js";
import { addItem } from "../../src/writing/add-item.js";
import { convertToReference } from "../../src/writing/convert-to-reference.js";
import { itemPlace } from "../../src/writing/item-place.js";
import { memoryStorage } from "../memory-storage.js";
import { type WritingParts, writingParts } from "../writing/writing-parts.js";

const root = mkdtempSync(join(tmpdir(), "larder-policy-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const day = 24 * 60 * 60 * 1000;
const unusedObject = "items/lost.0123456789ab.0123abcd.bin";
let number = 0;
let folder: string;
let parts: WritingParts;

beforeEach(async () => {
  folder = join(root, String(++number), "lab");
  mkdirSync(folder, { recursive: true });
  parts = await writingParts(await openRemote(folder), { clock: systemClock });
});

async function fill(): Promise<void> {
  await addItem(parts, "large", "x".repeat(1000));
  await addItem(parts, "copy of large", "x".repeat(1000));
  await addItem(parts, "small", "y");
  writeFileSync(join(root, "raw.csv"), "z".repeat(500));
  await addItem(parts, "raw", undefined, { asReference: pathToFileURL(join(root, "raw.csv")).href });
  writeOld(unusedObject, "unused");
  writeOld("items/README.txt", "not made by Larder");
}

/** Writes a file into the bundle's folder as if it had been done so many days ago. */
function writeOld(path: string, text: string, days = 1.01): void {
  writeFileSync(join(folder, path), text);
  const then = new Date(Date.now() - days * day);
  utimesSync(join(folder, path), then, then);
}

async function itemsNow() {
  const read = await readManifest(parts.remote);
  if (read === undefined || read === "unchanged") throw new Error("no manifest");
  return read.manifest.items;
}

describe("the analysis of a bundle", () => {
  it("tells sizes, the largest, and what could be saved", async () => {
    await fill();
    const analysis = await analyzeBundle(parts, { thresholdBytes: 100 });
    expect(analysis).toMatchObject({ url: parts.remote.url, items: 4, includedBytes: 2001, referencedBytes: 500 });
    expect(analysis.largest.map(({ item, sizeBytes }) => [item, sizeBytes])).toEqual([
      ["copy of large", 1000],
      ["large", 1000],
      ["small", 1],
    ]);
    expect(analysis.suggestions.map(({ item, suggestion, savedBytes }) => [item, suggestion, savedBytes])).toEqual([
      ["copy of large", "convert-to-reference", 1000],
      ["large", "convert-to-reference", 1000],
      ["large", "duplicate-content", 1000],
      [unusedObject, "unused-object", 6],
    ]);
    // The item that could be saved twice counts once.
    expect(analysis.savedBytes).toBe(2006);
  });

  it("takes the threshold of the policy when none is given, and changes nothing", async () => {
    await fill();
    const before = readdirSync(folder, { recursive: true });
    const analysis = await analyzeBundle(parts);
    expect(analysis.suggestions.map(({ suggestion }) => suggestion)).toEqual(["duplicate-content", "unused-object"]);
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
  });

  it("does not call unused what a reference of the bundle leads to, or what may be being added", async () => {
    await addItem(parts, "here", "text");
    await convertToReference(parts, "here");
    expect((await analyzeBundle(parts)).suggestions).toEqual([]);
    writeOld(unusedObject, "new", 0.99);
    expect((await analyzeBundle(parts)).suggestions).toEqual([]);
    const wrongClock = { now: () => Date.now() + 1000 * day, monotonic: () => 0 };
    expect((await analyzeBundle(await writingParts(parts.remote, { clock: wrongClock }))).suggestions).toEqual([]);
    writeOld(unusedObject, "old");
    expect((await analyzeBundle(parts)).suggestions).toHaveLength(1);
  });

  it("finds out sizes that an older manifest does not tell, listed or not", async () => {
    for (const list of [true, false]) {
      const storage = memoryStorage({ abilities: { list } });
      storage.objects.set("a.bin", new Uint8Array(7));
      const items = { a: { kind: "file", file: "a.bin" }, gone: { kind: "file", file: "gone.bin" } };
      storage.objects.set("items.json", new TextEncoder().encode(JSON.stringify({ items })));
      expect(await analyzeBundle(await writingParts(storage))).toMatchObject({ items: 2, includedBytes: 7 });
    }
  });
});

describe("optimizing a bundle", () => {
  it("moves the data of large items next to it, removes what nothing uses, and tells what it saved", async () => {
    await fill();
    const report = await optimizeStorage(parts, { thresholdBytes: 100 });
    expect(report).toMatchObject({ failed: [], removedObjects: 3, savedBytes: 2006 });
    expect(report.converted.map(({ item, sizeBytes }) => [item, sizeBytes])).toEqual([
      ["copy of large", 1000],
      ["large", 1000],
    ]);
    const items = await itemsNow();
    for (const { item, reference } of report.converted) {
      expect(items.get(item)).toMatchObject({ reference, sizeBytes: 1000 });
      expect(readFileSync(join(folder, reference), "utf8")).toBe("x".repeat(1000));
      const { storage, path } = await itemPlace(parts, item, items.get(item)!);
      expect((await storage.head(path))!.byteLength).toBe(1000);
    }
    const left = readdirSync(join(folder, "items"));
    expect(left).toHaveLength(2);
    expect(left).toContain("README.txt");
    expect(await optimizeStorage(parts, { thresholdBytes: 100 })).toMatchObject({ converted: [], removedObjects: 0 });
  });

  it("moves them to the folder given", async () => {
    await fill();
    const moveTo = pathToFileURL(join(root, `moved ${number}`)).href;
    const { converted } = await optimizeStorage(parts, { thresholdBytes: 100, moveTo });
    expect(converted.every(({ reference }) => reference.startsWith(`${moveTo}/`))).toBe(true);
    expect(readdirSync(join(root, `moved ${number}`)).filter((name) => name.endsWith(".txt"))).toHaveLength(2);
  });

  it("with dryRun tells the same, and changes nothing", async () => {
    await fill();
    const before = readdirSync(folder, { recursive: true });
    const manifest = readFileSync(join(folder, "items.json"), "utf8");
    const report = await optimizeStorage(parts, { thresholdBytes: 100, dryRun: true });
    expect(report).toMatchObject({ removedObjects: 3, savedBytes: 2006 });
    expect(report.converted).toHaveLength(2);
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
    expect(readFileSync(join(folder, "items.json"), "utf8")).toBe(manifest);
    expect(existsSync(join(folder, "../large"))).toBe(false);
  });

  it("leaves an item as it is whose bytes are damaged, moves the others, and tells of it", async () => {
    await fill();
    const damaged = (await itemsNow()).get("large")!.file!;
    writeFileSync(join(folder, damaged), "w".repeat(1000));
    const report = await optimizeStorage(parts, { thresholdBytes: 100 });
    expect(report.failed).toEqual([{ item: "large", error: expect.objectContaining({ code: "checksum-mismatch" }) }]);
    expect(report.converted.map(({ item }) => item)).toEqual(["copy of large"]);
    expect((await itemsNow()).get("large")!.file).toBe(damaged);
    expect(existsSync(join(folder, damaged))).toBe(true);
  });

  it("leaves an item as somebody else has made it meanwhile, and nothing next to the bundle", async () => {
    await addItem(parts, "large", "x".repeat(1000));
    // Once its bytes were read, somebody else replaces it.
    const remote: RemoteStorage = {
      ...parts.remote,
      async read(path, options) {
        const answer = await parts.remote.read(path, options);
        if (answer.status !== "found" || !path.startsWith("items/")) return answer;
        const bytes = await buffer(answer.body);
        await addItem(parts, "large", "v".repeat(1000));
        return { ...answer, body: Readable.from([bytes]) };
      },
    };
    const { failed } = await optimizeStorage({ ...parts, remote }, { thresholdBytes: 100 });
    expect(failed).toEqual([{ item: "large", error: expect.objectContaining({ code: "item-changed" }) }]);
    const { storage, path } = await itemPlace(parts, "large", (await itemsNow()).get("large")!);
    expect((await storage.head(path))!.byteLength).toBe(1000);
    expect(readdirSync(join(folder, "../large/lab")).filter((name) => name.endsWith(".txt"))).toEqual([]);
  });

  it("is refused without a place for the data, with a threshold that is none, and read-only", async () => {
    const alone = await writingParts(memoryStorage());
    await addItem(alone, "large", "x".repeat(1000));
    await expect(optimizeStorage(alone, { thresholdBytes: 1 })).rejects.toMatchObject({ code: "no-large-place" });
    await expect(optimizeStorage(alone, { thresholdBytes: -1 })).rejects.toMatchObject({ code: "invalid-option" });
    const untyped = optimizeStorage as unknown as (on: WritingParts) => Promise<unknown>;
    await expect(untyped(parts)).rejects.toMatchObject({ code: "invalid-option", facts: { option: "thresholdBytes" } });
    const readOnly = await writingParts(memoryStorage(), { settings: { cacheMode: "read-only" } });
    await expect(optimizeStorage(readOnly, { thresholdBytes: 1 })).rejects.toMatchObject({ code: "read-only" });
  });

  it("leaves no temporary files", async () => {
    await fill();
    const before = readdirSync(tmpdir()).filter((name) => name.endsWith(".part"));
    await optimizeStorage(parts, { thresholdBytes: 100 });
    expect(readdirSync(tmpdir()).filter((name) => name.endsWith(".part"))).toEqual(before);
  });
});
