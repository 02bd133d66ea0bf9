import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { checksumOf, loadXxhash } from "@larder/core";
import { CacheManager, openParquetFile, remoteReference, tableStream } from "@larder/store-parquet";
import type { RecordBatch, Table } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { runProgram } from "../run-program.js";
import { temporaryDirectory } from "../temporary-directory.js";
import { onDisk } from "./tables-on-disk.js";
import { valueAt, wideTable } from "./wide-table.js";

const part = 10_000;
const { schema } = wideTable(1);

async function* batches(count: number, failure?: Error): AsyncGenerator<RecordBatch> {
  for (let i = 0; i < count; i++) yield* wideTable(part, i * part).batches;
  if (failure !== undefined) throw failure;
}

describe("a table stream in a cache on disk", () => {
  test("is one plain Parquet file, checked as any other table, and found by other processes", async () => {
    const { cache, backend, directory, files } = onDisk();
    const outcome = await cache.set("wide", tableStream(schema, batches(15)), { tags: ["t"] });
    expect(outcome).toMatchObject({ stored: true, record: { details: { rows: 150_000, columns: 8 }, tags: ["t"] } });
    const [file, ...others] = files("tables");
    expect(others).toEqual([]);
    const opened = await openParquetFile(file!);
    expect(await opened.scan().slice(149_999).toRows()).toMatchObject([{ h: valueAt(149_999, 7) }]);
    await opened.close();
    expect((await backend.check()).problems).toEqual([]);
    const record = outcome.stored ? outcome.record : undefined;
    expect(record!.checksum).toBe(checksumOf(readFileSync(file!), await loadXxhash()));
    await cache.close();
    const again = onDisk(directory);
    const entry = (await again.cache.entry("wide"))!;
    expect(entry.record).toEqual(record);
    expect(await entry.table().scan().select(["b"]).slice(75_000, 1).toRows()).toMatchObject([
      { b: valueAt(75_000, 1) },
    ]);
    await entry.close();
  });

  test("leaves nothing when it fails after many rows, and what was there stays", async () => {
    const { cache, backend, files } = onDisk();
    await cache.set("wide", wideTable(10));
    const failure = new Error("the line was cut");
    await expect(cache.set("wide", tableStream(schema, batches(15, failure)))).rejects.toBe(failure);
    const early = tableStream(schema, batches(15), { rows: 150_001 });
    await expect(cache.set("other", early)).rejects.toMatchObject({ code: "incomplete-stream" });
    await expect(cache.getOrSet("other", () => tableStream(schema, batches(15, failure)))).rejects.toBe(failure);
    expect((await cache.get<Table>("wide"))?.numRows).toBe(10);
    expect(await cache.has("other")).toBe(false);
    expect(files("tables")).toEqual([]);
    expect(files("tmp").filter((name) => !name.endsWith(".running"))).toEqual([]);
    expect((await backend.check()).problems).toEqual([]);
  });

  test("is given by getOrSet as what is on disk, and only computed once", async () => {
    const { cache, files } = onDisk();
    let runs = 0;
    const compute = () => {
      runs++;
      return tableStream(schema, batches(3)) as unknown as Table;
    };
    const tables = await Promise.all([1, 2, 3].map(() => cache.getOrSet("wide", compute)));
    for (const table of tables) expect(table.get(29_999)?.c).toBe(valueAt(29_999, 2));
    expect(runs).toBe(1);
    expect(files("tables")).toHaveLength(1);
  });

  test("takes the memory of a row group, not of the table", { timeout: 120_000 }, async () => {
    const [line] = await runProgram("stream-table", [temporaryDirectory(), "60"]);
    const { bytes, growth } = JSON.parse(line!) as { bytes: number; growth: number };
    // 6 million rows of eight columns; a row group of 1,048,576 is of 67 MB, and there is one as it came and one as it is written
    expect(bytes).toBeGreaterThan(375_000_000);
    expect(growth).toBeLessThan(200_000_000);
  });
});

describe("a table in a newer format", () => {
  test("by its codec is a miss that is never written over, by no way of storing, until it is deleted", async () => {
    const { cache, backend, told } = onDisk();
    await cache.set("wide", wideTable(20_000));
    const stored = (await backend.getBlob("wide"))!;
    const bytes = await stored.source.slice(0);
    await stored.close?.();
    const newer = { ...stored.record, codec: "larder.parquet.2" };
    await backend.setBlob("wide", { record: newer, bytes });
    told();
    expect(await cache.get("wide")).toBeUndefined();
    expect(told()).toEqual(["newer-format", "miss"]);
    expect((await cache.getOrSet("wide", () => wideTable(5))).numRows).toBe(5);
    expect((await cache.getOrSet("wide", () => tableStream(schema, batches(1)) as unknown as Table)).numRows).toBe(
      part,
    );
    expect(await cache.set("wide", wideTable(5))).toMatchObject({ stored: false, reason: "newer-format" });
    expect(await cache.set("wide", tableStream(schema, batches(1)))).toMatchObject({ reason: "newer-format" });
    const now = (await backend.getBlob("wide"))!;
    expect(now.record).toEqual(newer);
    expect(Buffer.compare(await now.source.slice(0), bytes)).toBe(0);
    await now.close?.();
    await cache.delete("wide");
    expect(await cache.set("wide", wideTable(5))).toMatchObject({ stored: true });
  });

  test("by what its file says is one too", async () => {
    const { cache, backend, told } = onDisk();
    await cache.set("wide", wideTable(20_000));
    const stored = (await backend.getBlob("wide"))!;
    const bytes = Buffer.from(await stored.source.slice(0));
    await stored.close?.();
    // In the footer the text "larder:format" is followed by the length of the format, 1, and the format.
    const at = bytes.lastIndexOf("larder:format") + "larder:format".length;
    const digit = bytes.indexOf("1", at);
    expect(digit - at).toBeLessThan(5);
    bytes[digit] = "7".charCodeAt(0);
    const record = { ...stored.record, checksum: checksumOf(bytes, await loadXxhash()) };
    await backend.setBlob("wide", { record, bytes });
    told();
    expect(await cache.get("wide")).toBeUndefined();
    expect(told()).toEqual(["newer-format", "miss"]);
    expect((await cache.getOrSet("wide", () => wideTable(5))).numRows).toBe(5);
    const entry = (await cache.entry("wide"))!;
    await expect(entry.table().scan().count()).rejects.toMatchObject({ code: "newer-format" });
    expect(entry.record).toEqual(record);
    await entry.close();
  });
});

describe("a manager over a cache on disk", () => {
  test("keeps references small, and finds damage of tables", async () => {
    const { cache, backend, files } = onDisk();
    const manager = new CacheManager({ cache, resolvers: { "mem:": () => wideTable(7) } });
    await manager.write("far", remoteReference({ uri: "mem:wide" }));
    expect(files("tables")).toEqual([]);
    expect((await (await manager.get("far"))!.toArrow()).numRows).toBe(7);
    await manager.write("near", wideTable(50_000));
    expect(await manager.validate("near")).toMatchObject({ valid: true, rows: 50_000 });
    const [file] = files("tables");
    const bytes = readFileSync(file!);
    bytes[bytes.length >> 1]! ^= 1;
    chmodSync(file!, 0o600);
    writeFileSync(file!, bytes);
    expect(await manager.validate("near")).toMatchObject({ valid: false, reason: "damaged" });
    expect(files("quarantine")).toHaveLength(1);
    expect(await manager.get("near")).toBeUndefined();
    expect(await manager.validate("near")).toMatchObject({ valid: false, reason: "absent" });
    expect((await backend.check()).problems).toEqual([]);
  });
});
