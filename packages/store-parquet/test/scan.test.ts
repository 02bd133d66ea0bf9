import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesSource, LarderError } from "@larder/core";
import { encodeParquet, openParquet, openParquetFile } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { parquetMetadata } from "hyparquet";
import { beforeAll, describe, expect, test } from "vitest";
import { countingSource } from "./support/counting-source.js";

const rows = 1_000_000;
/** The first read of any file: its end, with the footer. */
const tail = 65_536;
let file: Uint8Array;
let chunks: { name: string; start: number; end: number; group: number }[];

beforeAll(async () => {
  const numbers = Int32Array.from({ length: rows }, (_, i) => i);
  const words = arrow.vectorFromArray(
    Array.from({ length: 300 }, (_, i) => `word ${i}`),
    new arrow.Utf8(),
  );
  const places = Uint16Array.from({ length: rows }, (_, i) => i % 300);
  const nullBitmap = new Uint8Array(rows / 8).fill(0b1110_1111);
  const vector = (type: arrow.DataType, data: ArrayBufferView, more = {}): arrow.Vector =>
    new arrow.Vector([arrow.makeData({ type, length: rows, data, ...more } as never)]);
  const table = new arrow.Table({
    a: vector(new arrow.Int32(), numbers),
    b: vector(new arrow.Float64(), Float64Array.from(numbers)),
    c: vector(new arrow.Int64(), BigInt64Array.from(numbers, BigInt)),
    d: vector(new arrow.Dictionary(new arrow.Utf8(), new arrow.Uint16() as never), places, { dictionary: words }),
    e: vector(new arrow.Int32(), numbers, { nullBitmap }),
    f: vector(new arrow.TimestampMicrosecond(), BigInt64Array.from(numbers, BigInt)),
    g: vector(new arrow.Float32(), Float32Array.from(numbers)),
    h: vector(new arrow.Bool(), new Uint8Array(rows / 8).fill(0b0101_0101)),
  });
  file = (await encodeParquet(table, { rowGroupRows: 98_304, pageRows: 8192 })).bytes;
  chunks = parquetMetadata(file).row_groups.flatMap(({ columns }, group) =>
    columns.map(({ meta_data }) => {
      const start = Number(meta_data!.dictionary_page_offset ?? meta_data!.data_page_offset);
      const end = start + Number(meta_data!.total_compressed_size);
      return { name: meta_data!.path_in_schema[0]!, start, end, group };
    }),
  );
}, 60_000);

describe("a scan reads no more than it must", () => {
  test("nothing at all until it is asked for rows", () => {
    const source = countingSource(file);
    openParquet(source).scan().select(["a"]).slice(5, 10).head(2);
    expect(source.ranges).toEqual([]);
  });

  test("only the footer for the schema and the number of rows", async () => {
    const source = countingSource(file);
    const table = openParquet(source);
    expect(await table.scan().count()).toBe(rows);
    expect((await table.scan().schema()).map(({ name, type, nullable }) => `${name} ${type} ${nullable}`)).toContain(
      "f Timestamp<MICROSECOND> true",
    );
    expect(source.ranges).toEqual([[file.byteLength - tail, file.byteLength]]);
    expect(table.scan().bytesRead).toBe(tail);
  });

  test("only the bytes of two columns of eight", async () => {
    const source = countingSource(file);
    const scan = openParquet(source).scan().select(["g", "a"]);
    const table = await scan.toArrow();
    expect(table.schema.names).toEqual(["g", "a"]);
    const wanted = chunks.filter(({ name }) => name === "a" || name === "g");
    const size = wanted.reduce((sum, { start, end }) => sum + end - start, 0);
    expect(scan.bytesRead).toBe(size + tail);
    expect(source.ranges.slice(1).sort((x, y) => x[0] - y[0])).toEqual(wanted.map(({ start, end }) => [start, end]));
  });

  test("each byte once when everything is read", async () => {
    const source = countingSource(file);
    await openParquet(source).scan().toArrow();
    // One range for each row group, for its columns touch; the last ones may come with the footer.
    expect(source.ranges.length).toBeLessThanOrEqual(1 + Math.ceil(rows / 98_304));
  });

  test("one row group, and a page of each column, for head(20)", async () => {
    const source = countingSource(file);
    const scan = openParquet(source).scan().head(20);
    const found = await scan.toRows();
    expect(found.length).toBe(20);
    expect(found[19]).toEqual({ a: 19, b: 19, c: 19n, d: "word 19", e: 19, f: 0.019, g: 19, h: false });
    expect(found[4]!.e).toBeNull();
    const group = chunks.filter((chunk) => chunk.group === 0);
    const end = Math.max(...group.map((chunk) => chunk.end));
    expect(source.ranges.slice(1).every((range) => range[1] <= end)).toBe(true);
    expect(scan.bytesRead - tail).toBeLessThan((end / 6) * 1.1);
  });

  test("only the row groups that hold a slice from the middle, and of those only some pages", async () => {
    const source = countingSource(file);
    const scan = openParquet(source).scan().slice(490_000, 10_000);
    const table = await scan.toArrow();
    expect(table.numRows).toBe(10_000);
    expect(table.getChild("a")!.get(0)).toBe(490_000);
    expect(table.getChild("a")!.get(9_999)).toBe(499_999);
    const touched = chunks.filter(({ group }) => group === 4 || group === 5);
    const start = Math.min(...touched.map((chunk) => chunk.start));
    const end = Math.max(...touched.map((chunk) => chunk.end));
    expect(source.ranges.slice(1).every((range) => range[0] >= start && range[1] <= end)).toBe(true);
    expect(scan.bytesRead - tail).toBeLessThan((end - start) / 4);
  });

  test("nothing for a slice beyond the end", async () => {
    const scan = openParquet(countingSource(file))
      .scan()
      .slice(rows + 5, 10);
    expect((await scan.toArrow()).numRows).toBe(0);
    expect(await scan.toRows()).toEqual([]);
    expect(scan.bytesRead).toBe(tail);
  });

  test("the footer once for many scans, and all of it when it is longer than the first read", async () => {
    const columns = Object.fromEntries(
      Array.from({ length: 1500 }, (_, i) => [`a column with a long name, number ${i}`, Int32Array.of(i)]),
    );
    const { bytes } = await encodeParquet(arrow.tableFromArrays(columns));
    const source = countingSource(bytes);
    const table = openParquet(source);
    expect(await table.scan().select(["a column with a long name, number 77"]).toRows()).toEqual([
      { "a column with a long name, number 77": 77 },
    ]);
    await table.scan().schema();
    expect(source.ranges.length).toBe(3);
  });
});

describe("narrowing a scan", () => {
  test("never changes the scan it came from, and adds up", async () => {
    const whole = openParquet(bytesSource(file)).scan().select(["a"]);
    const middle = whole.slice(100, 50);
    expect(await middle.slice(10).head(3).toRows()).toEqual([{ a: 110 }, { a: 111 }, { a: 112 }]);
    expect(await middle.slice(45, 100).count()).toBe(5);
    expect(await middle.count()).toBe(50);
    expect(await whole.count()).toBe(rows);
    expect(await whole.head(5).slice(10).toRows()).toEqual([]);
    expect(await whole.head(0).toRows()).toEqual([]);
  });

  test("gives columns as typed arrays, and as arrays with null where there is one", async () => {
    const columns = await openParquet(bytesSource(file)).scan().select(["e", "c", "d", "h"]).slice(298, 8).toColumns();
    expect(columns.c).toEqual(BigInt64Array.of(298n, 299n, 300n, 301n, 302n, 303n, 304n, 305n));
    expect(columns.e).toEqual([298, 299, null, 301, 302, 303, 304, 305].map((value) => (value === 300 ? null : value)));
    expect(columns.d).toEqual(["word 298", "word 299", "word 0", "word 1", "word 2", "word 3", "word 4", "word 5"]);
    expect(columns.h).toEqual([true, false, true, false, true, false, true, false]);
  });

  test("names the nearest column when one is unknown", async () => {
    const { bytes } = await encodeParquet(arrow.tableFromArrays({ departure: [1], delay: [2], origin: [3] }));
    const scan = openParquet(bytesSource(bytes)).scan();
    for (const read of [() => scan.select(["dealy"]).toArrow(), () => scan.select(["dealy"]).schema()]) {
      const error = (await read().catch((caught: unknown) => caught)) as LarderError;
      expect(LarderError.isInstance(error, "unknown-column")).toBe(true);
      expect(error.message).toContain('Did you mean "delay"?');
      expect(error.facts).toMatchObject({ column: "dealy", nearest: "delay" });
    }
  });

  test("refuses a column selected twice, and slices that make no sense", async () => {
    const scan = openParquet(bytesSource(file)).scan();
    await expect(scan.select(["a", "a"]).toArrow()).rejects.toMatchObject({ code: "duplicate-column" });
    for (const make of [() => scan.head(-1), () => scan.slice(1.5), () => scan.slice(0, Number.NaN)]) {
      expect(make).toThrow(expect.objectContaining({ code: "invalid-slice" }));
    }
  });

  test("no columns are no columns, with as many rows as there are", async () => {
    const table = await openParquet(bytesSource(file)).scan().select([]).head(7).toArrow();
    expect([table.numCols, table.numRows]).toEqual([0, 7]);
  });
});

describe("opening", () => {
  test("a file on disk, through one descriptor that is closed at the end", async () => {
    const directory = await mkdtemp(join(tmpdir(), "larder-scan-"));
    try {
      const path = join(directory, "table.parquet");
      await writeFile(path, file);
      const table = await openParquetFile(path);
      expect(await table.scan().select(["a"]).slice(999_998).toRows()).toEqual([{ a: 999_998 }, { a: 999_999 }]);
      await table.close();
      await table.close();
      await expect(table.scan().select(["a"]).toArrow()).rejects.toThrow();
      await expect(openParquetFile(join(directory, "absent.parquet"))).rejects.toMatchObject({ code: "ENOENT" });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  test("is tried again after a source failed", async () => {
    const source = bytesSource(file);
    let failures = 1;
    const table = openParquet({
      byteLength: source.byteLength,
      slice: async (start, end) => {
        if (failures-- > 0) throw new Error("the network is away");
        return source.slice(start, end);
      },
    });
    await expect(table.scan().count()).rejects.toThrow("the network is away");
    expect(await table.scan().count()).toBe(rows);
  });

  test("passes on the failure of a source in the middle of a read, and leaves no rejection unhandled", async () => {
    const unhandled: unknown[] = [];
    const listen = (reason: unknown): number => unhandled.push(reason);
    process.on("unhandledRejection", listen);
    const source = bytesSource(file);
    let reads = 0;
    const table = openParquet({
      byteLength: source.byteLength,
      slice: async (start, end) => {
        if (++reads > 3) throw new Error("the disk is gone");
        return source.slice(start, end);
      },
    });
    await expect(table.scan().toArrow()).rejects.toThrow("the disk is gone");
    await new Promise((resolve) => setImmediate(resolve));
    process.off("unhandledRejection", listen);
    expect(unhandled).toEqual([]);
  });

  test("leaves the event loop its turns while a large table is read and written", async () => {
    let turns = 0;
    let going = true;
    const count = (): void => {
      turns++;
      if (going) setImmediate(count);
    };
    setImmediate(count);
    /** Milliseconds of processor time for each turn; however fast the machine is, and however busy. */
    const workBetweenTurns = async (work: () => Promise<unknown>): Promise<number> => {
      const begun = process.cpuUsage();
      const before = turns;
      for (;;) {
        await work();
        const { user, system } = process.cpuUsage(begun);
        const milliseconds = (user + system) / 1000;
        if (milliseconds > 500) return milliseconds / Math.max(turns - before, 1);
      }
    };
    const read = () => openParquet(bytesSource(file)).scan().toArrow();
    const table = await read();
    // Work is done for 12 ms, and for a page more, before a turn.
    expect(await workBetweenTurns(read)).toBeLessThan(100);
    expect(await workBetweenTurns(() => encodeParquet(table))).toBeLessThan(100);
    going = false;
  });
});

test("rows refuse a time that milliseconds can't express when it is looked at, and columns still have it", async () => {
  const data = arrow.makeData({ type: new arrow.TimestampMillisecond(), data: BigInt64Array.of(1n, 2n ** 62n) });
  const { bytes } = await encodeParquet(new arrow.Table({ time: new arrow.Vector([data]) }));
  const scan = openParquet(bytesSource(bytes)).scan();
  const [first, second] = await scan.toRows();
  expect(first).toEqual({ time: 1 });
  expect(() => second!.time).toThrow(expect.objectContaining({ code: "inexact-column" }));
  expect(await scan.head(1).toRows()).toEqual([{ time: 1 }]);
  expect((await scan.toColumns()).time).toEqual(BigInt64Array.of(1n, 2n ** 62n));
});
