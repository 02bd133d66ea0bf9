import { bytesSource, Cache, MemoryCache } from "@larder/core";
import { encodeParquet, openParquet, parquetCodec } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { bitsetBytes, bloomFilterOf, bloomMayContain, loadBloomHash } from "../../src/format/bloom-filter.js";
import { duckdbRows } from "../support/duckdb.js";
import { keptTypes, makeTable, seededRandom } from "../support/random-table.js";
import { rawValues } from "../support/table-difference.js";
import { writtenFile } from "../support/written-file.js";

/** Bytes of the header that Larder writes before a bitset of so many bytes. */
function bitsetOf(filter: Uint8Array): Uint8Array {
  let byteLength = 32;
  while (byteLength * 2 <= filter.byteLength) byteLength *= 2;
  return filter.subarray(filter.byteLength - byteLength);
}

describe("a bloom filter", () => {
  const hashesOf = async (count: number, seed: number): Promise<BigUint64Array> => {
    const hash = await loadBloomHash();
    const random = seededRandom(seed);
    return BigUint64Array.from({ length: count }, () =>
      hash(new Uint8Array(Float64Array.of(random(), random()).buffer)),
    );
  };

  test("never denies what it holds, whatever its size and rate", async () => {
    for (const count of [0, 1, 2, 50, 5000]) {
      for (const rate of [0.5, 0.01, 0.0001]) {
        const hashes = await hashesOf(count, count);
        const bitset = bitsetOf(bloomFilterOf(hashes.slice(), rate));
        expect(hashes.every((hash) => bloomMayContain(bitset, hash))).toBe(true);
      }
    }
  });

  test("affirms about as often as it promises what it does not hold, or less", async () => {
    for (const rate of [0.1, 0.01, 0.001]) {
      // As many values as its size is for, and no fewer: sizes are powers of two.
      let count = 10_000;
      while (bitsetBytes(count + 100, rate) === bitsetBytes(10_000, rate)) count += 100;
      const bitset = bitsetOf(bloomFilterOf(await hashesOf(count, 1), rate));
      const others = await hashesOf(200_000, 2);
      const found = others.filter((hash) => bloomMayContain(bitset, hash)).length / others.length;
      expect(found).toBeLessThan(rate * 1.3);
      expect(found).toBeGreaterThan(rate * 0.5);
    }
  });

  test("counts a value that is there often as one", async () => {
    const once = await hashesOf(1000, 3);
    const often = BigUint64Array.from({ length: 50_000 }, (_, i) => once[i % 1000]!);
    expect(bloomFilterOf(often, 0.01)).toEqual(bloomFilterOf(once, 0.01));
  });
});

describe("bloom filters in files", () => {
  const rows = 30_000;
  const random = seededRandom(8);
  const ids = BigInt64Array.from({ length: rows }, () => BigInt(Math.floor(random() * 2 ** 50)) * 2n);
  const table = new arrow.Table({
    id: new arrow.Vector([arrow.makeData({ type: new arrow.Int64(), length: rows, data: ids })]),
    name: arrow.vectorFromArray(
      Array.from(ids, (id) => `name ${id}`),
      new arrow.Utf8(),
    ),
  });

  test("are there only for the columns that ask for them", async () => {
    const { bytes } = await encodeParquet(table, { bloomFilters: ["name"], rowGroupRows: 10_000 });
    const { rowGroups } = writtenFile(bytes);
    expect(rowGroups).toHaveLength(3);
    for (const [id, name] of rowGroups) {
      expect(id!.bloomFilter).toBeUndefined();
      expect(name!.bloomFilter!.byteLength).toBeGreaterThan(10_000);
    }
  });

  test("tell DuckDB which row groups can't have a value", async () => {
    const { bytes } = await encodeParquet(table, { bloomFilters: ["id", "name"], rowGroupRows: 10_000 });
    const excluded = async (column: string, value: string): Promise<boolean[]> =>
      (
        await duckdbRows(bytes, `SELECT bloom_filter_excludes FROM parquet_bloom_probe(FILE, '${column}', ${value})`)
      ).map(([excludes]) => excludes as boolean);
    let excludedOthers = 0;
    for (const row of [0, 9_999, 10_000, 17_000, 29_999]) {
      for (const [column, value] of [
        ["id", `${ids[row]}::BIGINT`],
        ["name", `'name ${ids[row]}'`],
      ] as const) {
        const found = await excluded(column, value);
        expect(found[Math.floor(row / 10_000)]).toBe(false);
        excludedOthers += found.filter(Boolean).length;
      }
    }
    // 20 row groups were asked in vain, at a rate of one in a hundred.
    expect(excludedOthers).toBeGreaterThanOrEqual(17);
    expect(await excluded("id", `${ids[5]! + 1n}::BIGINT`)).toEqual([true, true, true]);
  });

  test.each(Object.keys(keptTypes).filter((type) => !/^(bool|null|float16|decimal256)$/.test(type)))(
    "hold every value of %s",
    async (type) => {
      const columns = [{ type, name: "v", nulls: 0.2 }];
      const values = makeTable({ columns, batches: [300, 200], cut: [1, 2], seed: 3 });
      const { bytes } = await encodeParquet(values, { bloomFilters: ["v"], rowGroupRows: 100 });
      const hash = await loadBloomHash();
      const hexes = rawValues(values.getChildAt(0)!);
      writtenFile(bytes).rowGroups.forEach(([chunk], group) => {
        const bitset = bitsetOf(chunk!.bloomFilter!);
        for (const hex of hexes.slice(group * 100, (group + 1) * 100)) {
          if (hex !== null) expect(bloomMayContain(bitset, hash(plainBytes(type, hex, bytes)))).toBe(true);
        }
      });
    },
  );

  test("find zero by either sign, and any NaN by the usual one", async () => {
    for (const [value, sought] of [
      ["-0.0", "0.0"],
      ["0.0", "-0.0"],
    ] as const) {
      for (const type of ["FLOAT", "DOUBLE"] as const) {
        const ArrayType = type === "FLOAT" ? Float32Array : Float64Array;
        const { bytes } = await encodeParquet(arrow.tableFromArrays({ v: ArrayType.of(Number(value)) }), {
          bloomFilters: ["v"],
        });
        const answer = await duckdbRows(bytes, `SELECT count(*) FROM FILE WHERE v = ${sought}::${type}`);
        expect(answer).toEqual([[1n]]);
      }
    }
    const oddNan = new Float64Array(BigUint64Array.of(0xfff8_0000_0000_0123n).buffer);
    const { bytes } = await encodeParquet(arrow.tableFromArrays({ v: oddNan }), { bloomFilters: ["v"] });
    expect(await duckdbRows(bytes, "SELECT count(*) FROM FILE WHERE v = 'NaN'::DOUBLE")).toEqual([[1n]]);
  });

  test("are larger where they shall be wrong more rarely", async () => {
    const sizeAt = async (falsePositiveRate: number): Promise<number> => {
      const { bytes } = await encodeParquet(table, { bloomFilters: { id: { falsePositiveRate } } });
      return writtenFile(bytes).rowGroups[0]![0]!.bloomFilter!.byteLength;
    };
    expect(await sizeAt(0.0001)).toBeGreaterThan(await sizeAt(0.1));
  });

  test("are refused for columns that are not there or can't have one, and at rates that are none", async () => {
    await expect(encodeParquet(table, { bloomFilters: ["nam"] })).rejects.toMatchObject({
      code: "unknown-column",
      message: expect.stringContaining('Did you mean "name"?'),
    });
    const flags = new arrow.Table({ flag: arrow.vectorFromArray([true], new arrow.Bool()) });
    await expect(encodeParquet(flags, { bloomFilters: ["flag"] })).rejects.toMatchObject({ code: "invalid-option" });
    for (const falsePositiveRate of [0, 1, -1, Number.NaN]) {
      await expect(encodeParquet(table, { bloomFilters: { id: { falsePositiveRate } } })).rejects.toMatchObject({
        code: "invalid-option",
      });
    }
  });

  test("a cache makes them for the tables that have the columns", async () => {
    const cache = new Cache({ backend: new MemoryCache(), codecs: [parquetCodec({ bloomFilters: ["id"] })] });
    await cache.set("with", table.slice(0, 10));
    await cache.set("without", arrow.tableFromArrays({ delay: Int32Array.of(1, 2) }));
    expect(((await cache.get("with")) as arrow.Table).numRows).toBe(10);
    expect(((await cache.get("without")) as arrow.Table).numRows).toBe(2);
  });

  test("change nothing of what is read", async () => {
    const { bytes } = await encodeParquet(table, { bloomFilters: ["id", "name"], rowGroupRows: 7000 });
    const back = await openParquet(bytesSource(bytes)).scan().toArrow();
    expect(rawValues(back.getChild("id")!)).toEqual(rawValues(table.getChild("id")!));
  });
});

/** The value that Parquet stores for one of Arrow's. */
function plainBytes(type: string, hex: string, file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(hex, "hex");
  if (/^u?int(8|16)$/.test(type)) {
    const wide = Buffer.alloc(4);
    if (type.startsWith("u")) wide.writeUInt32LE(bytes.readUIntLE(0, bytes.length));
    else wide.writeInt32LE(bytes.readIntLE(0, bytes.length));
    return wide;
  }
  if (type.startsWith("decimal")) return Buffer.from(bytes).reverse();
  const inSeconds = /^time(stamp)?Second|OfSeconds$/.test(type);
  if (!inSeconds || !writtenFile(file).elements[1]!.hasLogicalType) return bytes;
  const millis = Buffer.alloc(bytes.length);
  if (bytes.length === 4) millis.writeInt32LE(bytes.readInt32LE() * 1000);
  else millis.writeBigInt64LE(bytes.readBigInt64LE() * 1000n);
  return millis;
}
