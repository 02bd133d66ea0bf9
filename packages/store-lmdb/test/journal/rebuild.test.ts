import { chmodSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CacheWarning } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import { afterEach, describe, expect, test } from "vitest";
import { journalPath } from "../../src/journal/journal.js";
import { ownedFileName } from "../../src/owned-file-name.js";
import { readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";

const opened: LmdbBackend[] = [];

afterEach(async () => {
  for (const backend of opened.splice(0)) await backend.close();
});

function open(directory: string, warnings: CacheWarning[] = []): LmdbBackend {
  const backend = new LmdbBackend({
    directory,
    onEvent: (event) => event.type === "warning" && warnings.push(event),
  });
  opened.push(backend);
  return backend;
}

async function closeAll(): Promise<void> {
  for (const backend of opened.splice(0)) await backend.close();
}

function loseIndex(directory: string): void {
  for (const name of ["index.lmdb", "index.lmdb-lock"]) rmSync(join(directory, name), { force: true });
}

function filesIn(directory: string): string[] {
  return readdirSync(join(directory, "blobs"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Opens a directory whose index is lost, and what it told of that. */
async function rebuilt(directory: string): Promise<{ backend: LmdbBackend; facts: Record<string, unknown> }> {
  const warnings: CacheWarning[] = [];
  const backend = open(directory, warnings);
  await backend.getBlob("any");
  expect(warnings.map(({ code }) => code)).toEqual(["index-rebuilt"]);
  return { backend, facts: { ...warnings[0]!.facts } };
}

const large = (seed: number) => sampleBytes(100_000, seed);

describe("an index that was lost", () => {
  test("comes back with every file, its key and its whole record; values kept in it are counted as lost", async () => {
    const directory = cacheDirectory();
    const first = open(directory);
    const record = { tags: ["a", "b"], expiresAt: 9_999_999_999_999, pinned: true, costSeconds: 2, origin: "me" };
    await first.setBlob("tagged", await sampleBlob(large(1), record));
    await first.setBlob("x".repeat(3000), await sampleBlob(large(2), { details: { rows: 3 } }));
    await first.setBlob("table", await sampleBlob(large(3), { codec: "larder.parquet.1" }));
    await first.setBlob("same content", await sampleBlob(large(1), { origin: "other" }));
    for (let i = 0; i < 7; i++) await first.setBlob(`small ${i}`, await sampleBlob(sampleBytes(10, i)));
    const before = await Promise.all(
      ["tagged", "x".repeat(3000), "table", "same content"].map(async (key) => (await first.getBlob(key))!.record),
    );
    await closeAll();
    loseIndex(directory);
    const { backend, facts } = await rebuilt(directory);
    expect(facts).toEqual({
      known: 4,
      restored: 4,
      damagedFiles: 0,
      missingFiles: 0,
      damagedBytes: 0,
      valuesLost: 7,
      exact: true,
    });
    for (const [i, key] of ["tagged", "x".repeat(3000), "table", "same content"].entries()) {
      const stored = (await backend.getBlob(key))!;
      expect(stored.record).toEqual(before[i]);
      expect(Buffer.compare(await stored.source.slice(0), large([1, 2, 3, 1][i]!))).toBe(0);
      expect(
        Buffer.compare(await stored.source.slice(70_000, 70_100), large([1, 2, 3, 1][i]!).slice(70_000, 70_100)),
      ).toBe(0);
      await stored.close!();
    }
    expect(await backend.getBlob("small 3")).toBeUndefined();
    expect((await backend.check()).problems).toEqual([]);
    await backend.deleteBlob("tagged");
    expect(await readBytes(backend, "same content")).toEqual(large(1));
    await backend.deleteBlob("same content");
    expect((await backend.check()).problems).toEqual([]);
    expect(filesIn(directory)).toHaveLength(1);
  });

  test("brings nothing back that was deleted, overwritten with something small, or cleared", async () => {
    const directory = cacheDirectory();
    const first = open(directory);
    await first.setBlob("cleared", await sampleBlob(large(9)));
    await first.clear();
    // One content under all keys, so that its file is there to the end.
    for (const key of ["kept", "deleted", "small now", "other now"])
      await first.setBlob(key, await sampleBlob(large(1)));
    await first.deleteBlob("deleted");
    await first.setBlob("small now", await sampleBlob(sampleBytes(10, 1)));
    await first.setBlob("other now", await sampleBlob(large(2)));
    await closeAll();
    loseIndex(directory);
    const { backend, facts } = await rebuilt(directory);
    expect(facts).toMatchObject({ restored: 2, valuesLost: 1 });
    expect(await readBytes(backend, "kept")).toEqual(large(1));
    expect(await readBytes(backend, "other now")).toEqual(large(2));
    for (const key of ["cleared", "deleted", "small now"]) expect(await backend.getBlob(key), key).toBeUndefined();
  });

  test("leaves out files that are damaged or gone: the damaged go to quarantine, all others come back", async () => {
    const directory = cacheDirectory();
    const first = open(directory);
    const paths: string[] = [];
    await first.getBlob("any");
    for (let i = 0; i < 6; i++) {
      const known = filesIn(directory);
      await first.setBlob(`key ${i}`, await sampleBlob(large(i)));
      paths.push(filesIn(directory).find((path) => !known.includes(path))!);
    }
    await closeAll();
    loseIndex(directory);
    const bytes = readFileSync(paths[0]!);
    bytes[77_777]! ^= 4;
    chmodSync(paths[0]!, 0o600);
    writeFileSync(paths[0]!, bytes);
    truncateSync(paths[1]!, 50_000);
    rmSync(paths[2]!);
    const { backend, facts } = await rebuilt(directory);
    expect(facts).toMatchObject({ known: 6, restored: 3, damagedFiles: 2, missingFiles: 1 });
    for (let i = 0; i < 6; i++) {
      const found = await readBytes(backend, `key ${i}`);
      expect(found === undefined ? "miss" : Buffer.compare(found, large(i)), `key ${i}`).toBe(i < 3 ? "miss" : 0);
    }
    expect(readdirSync(join(directory, "quarantine"))).toHaveLength(2);
    await closeAll();
    loseIndex(directory);
    expect((await rebuilt(directory)).facts).toMatchObject({ known: 3, restored: 3, damagedFiles: 0 });
  });

  test("comes back as far as its journal is sound", async () => {
    const directory = cacheDirectory();
    const first = open(directory);
    for (let i = 0; i < 10; i++) await first.setBlob(`key ${i}`, await sampleBlob(large(i)));
    await closeAll();
    loseIndex(directory);
    const journal = readFileSync(journalPath(directory));
    journal.fill(0x55, journal.byteLength / 2, journal.byteLength / 2 + 4);
    writeFileSync(journalPath(directory), journal.subarray(0, journal.byteLength - 5));
    const { backend, facts } = await rebuilt(directory);
    expect(facts).toMatchObject({ restored: 8 });
    expect(facts.damagedBytes).toBeGreaterThan(0);
    let hits = 0;
    for (let i = 0; i < 10; i++) {
      const found = await readBytes(backend, `key ${i}`);
      if (found === undefined) continue;
      expect(Buffer.compare(found, large(i))).toBe(0);
      hits++;
    }
    expect(hits).toBe(8);
  });

  test("says 'about' how many values are lost when the last process did not close it, and nothing when nobody knows", async () => {
    const directory = cacheDirectory();
    for (let i = 0; i < 5; i++) await open(directory).setBlob(`small ${i}`, await sampleBlob(sampleBytes(10, i)));
    await closeAll();
    loseIndex(directory);
    // The mark of a process of another boot: as after the machine went down.
    const mark = ownedFileName(".running").replace(/^([0-9a-f]{8})-[0-9a-f]{8}/, "$1-00000000");
    const content = Buffer.alloc(17, "0");
    content.writeDoubleLE(12, 1);
    content.writeDoubleLE(1_000_000, 9);
    writeFileSync(join(directory, "tmp", mark), content);
    expect((await rebuilt(directory)).facts).toMatchObject({ valuesLost: 12, exact: false });
    await closeAll();
    await open(directory).setBlob("large", await sampleBlob(large(1)));
    await closeAll();
    loseIndex(directory);
    rmSync(join(directory, "index.closed"));
    expect((await rebuilt(directory)).facts).toMatchObject({ restored: 1, valuesLost: undefined });
  });

  test("comes back with the order of storing", async () => {
    const directory = cacheDirectory();
    const keys = ["m", "c", "z", "a"];
    for (const key of keys) await open(directory).setBlob(key, await sampleBlob(large(key.charCodeAt(0))));
    await opened[0]!.setBlob("c", await sampleBlob(large(1)));
    await closeAll();
    for (let round = 0; round < 2; round++) {
      loseIndex(directory);
      await rebuilt(directory);
      await closeAll();
    }
    const text = readFileSync(journalPath(directory), "latin1");
    const places = ["m", "z", "a", "c"].map((key) => text.indexOf(`${key}\x01`));
    expect(places).toEqual([...places].sort((one, other) => one - other));
    expect(places[0]).toBeGreaterThan(0);
  });
});

describe("a journal", () => {
  test.each(["lost", "emptied", "that of another cache"])(
    "that is %s while the index is sound is made anew from the index, and is good for rebuilding",
    async (way) => {
      const directory = cacheDirectory();
      const other = cacheDirectory();
      for (let i = 0; i < 5; i++) await open(directory).setBlob(`key ${i}`, await sampleBlob(large(i)));
      await open(other).setBlob("theirs", await sampleBlob(large(1)));
      await closeAll();
      if (way === "lost") rmSync(join(directory, "journal"), { recursive: true });
      else if (way === "emptied") truncateSync(journalPath(directory), 0);
      else writeFileSync(journalPath(directory), readFileSync(journalPath(other)));
      const warnings: CacheWarning[] = [];
      const backend = open(directory, warnings);
      expect(await readBytes(backend, "key 1")).toEqual(large(1));
      expect(warnings.map(({ code }) => code)).toEqual(["journal-remade"]);
      await closeAll();
      loseIndex(directory);
      const { backend: again, facts } = await rebuilt(directory);
      expect(facts).toMatchObject({ known: 5, restored: 5 });
      expect(await again.getBlob("theirs")).toBeUndefined();
    },
  );
});
