import type { CacheEntry, TableHandle } from "@larder/core";
import type { Table } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { onDisk } from "./tables-on-disk.js";
import { valueAt, wideTable } from "./wide-table.js";

const kibi = 1024;
/** What is checked at once; a range read from disk is rounded outwards to whole chunks. */
const chunkBytes = 64 * kibi;
/** A page of a column of floats: 65,536 rows. */
const pageBytes = 512 * kibi;

async function stored(rows: number): Promise<CacheEntry> {
  const { cache } = onDisk();
  await cache.set("wide", wideTable(rows));
  return (await cache.entry("wide"))!;
}

const scanOf = (entry: CacheEntry) => (entry.table() as TableHandle<Table>).scan();

describe("of a table on disk, the bytes read are", () => {
  test("those of two of eight columns, and the end of the file", async () => {
    const rows = 200_000;
    const entry = await stored(rows);
    const scan = scanOf(entry).select(["b", "g"]);
    const columns = await scan.toColumns();
    expect(columns.g?.[rows - 1]).toBe(valueAt(rows - 1, 6));
    const ofValues = 2 * rows * 8;
    expect(scan.bytesRead).toBeGreaterThanOrEqual(ofValues);
    expect(scan.bytesRead).toBeLessThan(ofValues * 1.02 + 2 * chunkBytes);
    expect(entry.record.byteLength).toBeGreaterThan(4 * ofValues);
    await entry.close();
  });

  test("those of one page for each column for a preview, however long the table is", async () => {
    const read: number[] = [];
    for (const rows of [100_000, 400_000]) {
      const entry = await stored(rows);
      const scan = scanOf(entry).head(20);
      const found = await scan.toRows();
      expect(found).toHaveLength(20);
      expect(found[19]).toMatchObject({ a: valueAt(19, 0), h: valueAt(19, 7) });
      read.push(scan.bytesRead);
      await entry.close();
    }
    // eight pages, and the end of the file with its indexes
    for (const bytes of read) expect(bytes).toBeLessThan(8 * (pageBytes + kibi) + 2 * chunkBytes);
    expect(read[1]! - read[0]!).toBeLessThan(chunkBytes);
  });

  test("those of a page range for rows in the middle", async () => {
    const entry = await stored(400_000);
    const scan = scanOf(entry).select(["c"]).slice(250_000, 1000);
    expect((await scan.toColumns()).c?.[999]).toBe(valueAt(250_999, 2));
    expect(scan.bytesRead).toBeLessThan(pageBytes + kibi + 2 * chunkBytes);
    await entry.close();
  });

  test("none for the schema and the number of rows, but the end of the file", async () => {
    const entry = await stored(400_000);
    const scan = scanOf(entry);
    expect(await scan.count()).toBe(400_000);
    expect(await scan.schema()).toHaveLength(8);
    expect(scan.bytesRead).toBeLessThanOrEqual(2 * chunkBytes);
    await entry.close();
  });
});
