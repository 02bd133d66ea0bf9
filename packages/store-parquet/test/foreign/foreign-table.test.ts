import { bytesSource, col, LarderError } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import { tableFromArrays } from "apache-arrow";
import { afterEach, describe, expect, test } from "vitest";
import { type ForeignTable, type ForeignTableOptions, foreignTable } from "../../src/foreign/foreign-table.js";
import { countingSource } from "../support/counting-source.js";
import { keptTypes, makeTable } from "../support/random-table.js";
import { tableDifference } from "../support/table-difference.js";
import { bundledChild } from "./support/bundled-child.js";

const program = bundledChild();
const opened: ForeignTable[] = [];
afterEach(async () => {
  for (const table of opened.splice(0)) await table.close();
});

function openForeign(
  source: Uint8Array | ReturnType<typeof countingSource>,
  options: Partial<ForeignTableOptions> = {},
) {
  const table = foreignTable(source instanceof Uint8Array ? bytesSource(source) : source, {
    release: async () => {},
    program,
    ...options,
  });
  opened.push(table);
  return table;
}

const seed = 20_261_127;
const columns = Object.keys(keptTypes).map((type, i) => ({ type, name: `c${i} ${type}`, nulls: (i % 3) * 0.2 }));
const everyType = makeTable({ columns, batches: [300, 200], cut: [0, 0], seed });
const everyFile = encodeParquet(everyType, { rowGroupRows: 90 }).then(({ bytes }) => bytes);
const numbers = tableFromArrays({
  id: Int32Array.from({ length: 10_000 }, (_, i) => i),
  squared: BigInt64Array.from({ length: 10_000 }, (_, i) => BigInt(i) * BigInt(i)),
});
const numberFile = encodeParquet(numbers, { rowGroupRows: 2500 }).then(({ bytes }) => bytes);

describe("a file read by a process of its own", () => {
  test("gives the table that reading it here gives, of every type", async () => {
    const file = await everyFile;
    const foreign = openForeign(file).scan();
    const own = openParquet(bytesSource(file)).scan();
    expect(tableDifference(everyType, await foreign.toArrow())).toBeUndefined();
    expect(await foreign.schema()).toEqual(await own.schema());
    expect(await foreign.count()).toBe(500);
    const few = (scan: typeof own) => scan.select(["c1 bool", "c4 int32"]).slice(85, 20);
    expect(await few(foreign).toColumns()).toEqual(await few(own).toColumns());
    expect((await few(foreign).toRows()).map((row) => ({ ...row }))).toEqual(
      (await few(own).toRows()).map((row) => ({ ...row })),
    );
  });

  test("does every narrowing that any scan does, in the order given", async () => {
    const file = await numberFile;
    const narrow = (scan: ReturnType<ForeignTable["scan"]>) =>
      scan
        .slice(100)
        .where(col("squared").gt(1_000_000n))
        .where(col("id").in([1500, 1501, 7000, 7001, 9999]))
        .head(4)
        .select(["squared"]);
    const foreign = openForeign(file).scan();
    const own = openParquet(bytesSource(file)).scan();
    expect([...((await narrow(foreign).toColumns()).squared as BigInt64Array)]).toEqual([
      2_250_000n,
      2_253_001n,
      49_000_000n,
      49_014_001n,
    ]);
    expect(await narrow(foreign).count()).toBe(4);
    expect(await narrow(foreign).explain()).toEqual(await narrow(own).explain());
    const sampled = (scan: typeof own) => scan.sample(7, { seed: 5 }).toColumns();
    expect(await sampled(foreign)).toEqual(await sampled(own));
  });

  test("reads the bytes that reading it here would read, and no byte twice", async () => {
    const source = countingSource(await numberFile);
    const foreign = openForeign(source).scan();
    const here = countingSource(await numberFile);
    const own = openParquet(here).scan();
    for (const scan of [foreign, own]) await scan.select(["id"]).slice(3000, 10).toArrow();
    expect(source.ranges).toEqual(here.ranges);
    expect(foreign.bytesRead).toBe(own.bytesRead);
  });

  test("gives batches one by one: no more of the file is read than they take", async () => {
    const source = countingSource(await numberFile);
    const table = openForeign(source);
    const seen: number[] = [];
    for await (const batch of table.scan().select(["id"]).batches({ rows: 1000 })) {
      seen.push(batch.numRows, batch.getChildAt(0)!.get(0));
      if (seen.length === 4) break;
    }
    expect(seen).toEqual([1000, 0, 1000, 1000]);
    const all: number[] = [];
    for await (const batch of table.scan().batches({ rows: 3000 })) all.push(...batch.getChild("id")!.toArray());
    expect(all).toEqual(Array.from({ length: 10_000 }, (_, i) => i));
    expect(table.starts).toBe(1);
  });

  test("several reads at a time get each what it asked for", async () => {
    const table = openForeign(await numberFile);
    const sums = await Promise.all(
      Array.from({ length: 12 }, async (_, i) => {
        const { id } = await table
          .scan()
          .slice(i * 700, 3)
          .toColumns();
        return [...(id as Int32Array)];
      }),
    );
    expect(sums).toEqual(Array.from({ length: 12 }, (_, i) => [i * 700, i * 700 + 1, i * 700 + 2]));
    expect(table.starts).toBe(1);
  });

  test("no process is started before something is read, nor for what the end of the file gives away", async () => {
    const table = openForeign(await numberFile);
    table.scan().head(3);
    expect([table.starts, table.processId]).toEqual([0, undefined]);
    const text = openForeign(Buffer.from("id,name\n1,one\n2,two\n3,three\n"));
    await expect(text.scan().count()).rejects.toMatchObject({ code: "not-parquet" });
    const file = (await numberFile).slice();
    new DataView(file.buffer).setUint32(file.byteLength - 8, 0x7fffffff, true);
    const cut = openForeign(file);
    await expect(cut.scan().count()).rejects.toMatchObject({ code: "damaged-parquet" });
    expect([text.starts, cut.starts]).toEqual([0, 0]);
  });

  test("a footer too long for the limit is refused before it is read", async () => {
    const file = Buffer.concat([Buffer.from("PAR1"), new Uint8Array(3 << 20), Buffer.alloc(4), Buffer.from("PAR1")]);
    file.writeUInt32LE((3 << 20) - 20, file.byteLength - 8);
    const source = countingSource(file);
    const table = openForeign(source, { limits: { megabytes: 20 } });
    await expect(table.scan().count()).rejects.toMatchObject({
      code: "foreign-limit",
      facts: { limit: "footer", megabytes: 20 },
    });
    expect(source.ranges).toEqual([[file.byteLength - 65_536, file.byteLength]]);
  });

  test("narrowings that make no sense are refused at once, unknown columns when read, as in any scan", async () => {
    const scan = openForeign(await numberFile).scan();
    const refused = (run: () => unknown): unknown => {
      try {
        run();
      } catch (error) {
        return (error as LarderError).code;
      }
    };
    expect(refused(() => scan.slice(-1))).toBe("invalid-slice");
    expect(refused(() => scan.head(1.5))).toBe("invalid-slice");
    const [foreign, own] = await Promise.all(
      [scan, openParquet(bytesSource(await numberFile)).scan()].map((any) =>
        any
          .select(["ids"])
          .toArrow()
          .catch((error: LarderError) => [error.message, error.code, error.facts, LarderError.isInstance(error)]),
      ),
    );
    expect(foreign).toEqual(own);
    expect((foreign as unknown[])[1]).toBe("unknown-column");
  });

  test("what the source throws comes out as it was thrown", async () => {
    const file = await numberFile;
    const broken = new TypeError("the network is down");
    let calls = 0;
    const source = {
      byteLength: file.byteLength,
      async slice(start: number, end = file.byteLength) {
        // The first reads the end of the file.
        if (calls++ > 0) throw broken;
        return file.subarray(start, end);
      },
    };
    const table = foreignTable(source, { release: async () => {}, program });
    opened.push(table);
    await expect(table.scan().toArrow()).rejects.toBe(broken);
    calls = 0;
    expect((await table.scan().head(2).toArrow()).numRows).toBe(2);
    expect(table.starts).toBe(1);
  });

  test("limits and trust that make no sense are refused", async () => {
    const source = bytesSource(await numberFile);
    const open = (options: object) => () => openParquet(source, { trust: "foreign", ...options });
    for (const limits of [{ seconds: 0 }, { seconds: Number.NaN }, { megabytes: -1 }]) {
      expect(open({ limits })).toThrow(expect.objectContaining({ code: "invalid-limit" }));
    }
    expect(open({ trust: "foriegn" })).toThrow(expect.objectContaining({ code: "invalid-option" }));
    expect(open({ direct: "no" })).toThrow(
      expect.objectContaining({ code: "invalid-option", message: expect.stringContaining("direct") }),
    );
  });
});
