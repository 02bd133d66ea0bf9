import { type BlobSource, bytesSource, col, LarderError, type TableScan } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { expect, test } from "vitest";
import { makeTable, seededRandom, type TableRecipe, tableRecipes } from "../../support/random-table.js";
import { rawValues, tableDifference } from "../../support/table-difference.js";

type Scan = TableScan<arrow.Table>;

/** As a file is read, and as what lies behind a network is: without a word on what a read costs. */
const sources: Record<string, (bytes: Uint8Array) => BlobSource> = {
  file: (bytes) => ({ ...bytesSource(bytes), blockBytes: 4096 }),
  remote: (bytes) => ({ byteLength: bytes.byteLength, slice: (start, end) => bytes.slice(start, end) }),
};

const layouts = fc.record({
  pageRows: fc.constantFrom(8, 16, 64),
  rowGroupRows: fc.constantFrom(24, 100, 1000),
  compression: fc.constantFrom("none" as const, "snappy" as const),
  source: fc.constantFrom(...Object.keys(sources)),
});

/** The table with a column `larder id` behind the others, in no order, some of them twice. */
function withIds(recipe: TableRecipe): { table: arrow.Table; ids: Int32Array } {
  const random = seededRandom(recipe.seed);
  const table = makeTable({ ...recipe, extremes: false });
  const ids = Int32Array.from({ length: table.numRows }, () => Math.floor(random() * table.numRows));
  const vector = new arrow.Vector([arrow.makeData({ type: new arrow.Int32(), data: ids })]);
  return { table: table.assign(new arrow.Table({ "larder id": vector })), ids };
}

/** Both ways to read, held against each other; then against the rows asked for. */
async function checkRows(table: arrow.Table, scans: readonly Scan[], rows: readonly number[] | undefined) {
  const [direct, general] = await Promise.all(scans.map((scan) => scan.toArrow()));
  expect(tableDifference(general!, direct!)).toBeUndefined();
  if (!rows) return;
  for (const [i, { name }] of table.schema.fields.entries()) {
    const all = rawValues(table.getChildAt(i)!);
    expect(rawValues(direct!.getChildAt(i)!), name).toEqual(rows.map((row) => all[row]));
  }
}

test("rows picked out of pages are those of the table, whatever their types", { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(tableRecipes, layouts, fc.constantFrom(0, 0.05, 0.2, 0.5), async (recipe, layout, share) => {
      const { table, ids } = withIds({ ...recipe, batches: [...recipe.batches, 100] });
      const encoded = await encodeParquet(table, layout).catch((error: { code?: string }) => {
        if (error.code !== "unstorable-table") throw error;
        return undefined;
      });
      fc.pre(encoded !== undefined);
      const source = sources[layout.source]!(encoded!.bytes);
      const scans = [true, false].map((direct) => openParquet(source, { direct }).scan());
      const count = Math.floor(table.numRows * share);
      const offset = Math.floor((table.numRows - count) * share);
      const numbers = Array.from(ids, (_, row) => row);
      await checkRows(
        table,
        scans.map((scan) => scan.slice(offset, count)),
        numbers.slice(offset, offset + count),
      );
      await checkRows(
        table,
        scans.map((scan) => scan.sample(count, { seed: recipe.seed })),
        undefined,
      );
      const wanted = new Set(ids.subarray(0, Math.ceil(count / 3)));
      const found = numbers.filter((row) => wanted.has(ids[row]!));
      await checkRows(
        table,
        scans.map((scan) => scan.where(col("larder id").in([...wanted]))),
        found,
      );
    }),
    { seed: 20261201, numRuns: 150 },
  );
});

/** Columns that are looked up, made of one sequence of numbers. */
const kinds: Record<string, (numbers: readonly (number | null)[]) => arrow.Vector> = {
  int32: (numbers) => arrow.vectorFromArray(numbers, new arrow.Int32()),
  uint32: (numbers) =>
    arrow.vectorFromArray(
      numbers.map((n) => n && n + 2 ** 31),
      new arrow.Uint32(),
    ),
  int64: (numbers) =>
    arrow.vectorFromArray(
      numbers.map((n) => (n === null ? n : BigInt(n) - 20n)),
      new arrow.Int64(),
    ),
  uint64: (numbers) =>
    arrow.vectorFromArray(
      numbers.map((n) => (n === null ? n : BigInt(n) + 2n ** 40n)),
      new arrow.Uint64(),
    ),
  beyond: (numbers) =>
    arrow.vectorFromArray(
      numbers.map((n) => (n === null ? n : BigInt(n) + 2n ** 53n)),
      new arrow.Int64(),
    ),
  float32: (numbers) =>
    arrow.vectorFromArray(
      numbers.map((n) => n && n / 4 - 5),
      new arrow.Float32(),
    ),
  float64: (numbers) =>
    arrow.vectorFromArray(
      numbers.map((n) => (n === 0 ? -0 : n === 7 ? Number.NaN : n)),
      new arrow.Float64(),
    ),
  time: (numbers) =>
    arrow.vectorFromArray(
      numbers.map((n) => n && n * 1000),
      new arrow.TimestampMillisecond(),
    ),
  text: (numbers) =>
    arrow.vectorFromArray(
      numbers.map((n) => (n === null ? n : `v${n}`)),
      new arrow.Utf8(),
    ),
};

test("values looked up are those that trying each finds, whatever their order", { timeout: 120_000 }, async () => {
  const cases = fc.record({
    kind: fc.constantFrom(...Object.keys(kinds)),
    order: fc.constantFrom("ascending", "nearly", "none"),
    nulls: fc.constantFrom(0, 0, 0.1),
    most: fc.constantFrom(10, 60, 1000),
    wanted: fc.constantFrom(1, 3, 20),
    layout: layouts,
    seed: fc.integer(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ kind, order, nulls, most, wanted, layout, seed }) => {
      const random = seededRandom(seed);
      const numbers: (number | null)[] = Array.from({ length: 300 }, () => Math.floor(random() * most));
      if (order !== "none") (numbers as number[]).sort((left, right) => left - right);
      if (order === "nearly") numbers[Math.floor(random() * 300)] = Math.floor(random() * most);
      for (let row = 0; row < 300; row++) if (random() < nulls) numbers[row] = null;
      const row = arrow.makeVector(Int32Array.from({ length: 300 }, (_, i) => i));
      const column = kinds[kind]!(numbers);
      const { bytes } = await encodeParquet(new arrow.Table({ key: column, row }), layout);
      const all = column.toArray() as ArrayLike<never>;
      const values = Array.from({ length: wanted }, () => all[Math.floor(random() * 300)]!).filter((v) => v !== null);
      const key = (value: never): never => (kind === "time" ? (BigInt(value) as never) : value);
      const filters = [
        col("key").in(values.map(key)),
        ...(values.length > 0 ? [col("key").gte(key(values[0]!)), col("key").eq(key(values[0]!))] : []),
      ];
      const source = sources[layout.source]!(bytes);
      for (const filter of filters) {
        const [direct, general] = await Promise.all(
          [true, false].map((way) => openParquet(source, { direct: way }).scan().where(filter).toColumns()),
        );
        expect(Array.from(direct!.row as Int32Array)).toEqual(Array.from(general!.row as Int32Array));
      }
      if (kind === "text" || kind === "float64") return;
      const asked = new Set(values.map(String));
      const expected = numbers.flatMap((n, i) => (n !== null && asked.has(String(all[i])) ? [i] : []));
      const found = await openParquet(source).scan().where(filters[0]!).toColumns();
      expect(Array.from(found.row as Int32Array)).toEqual(expected);
    }),
    { seed: 20261202, numRuns: 200 },
  );
});

test("damaged bytes give an error, or what the general decoders make of them", { timeout: 120_000 }, async () => {
  const random = seededRandom(20261203);
  const text = Array.from({ length: 400 }, (_, i) => (i % 7 === 0 ? null : `text ${i % 50}`));
  const table = new arrow.Table({
    id: arrow.makeVector(Int32Array.from({ length: 400 }, (_, i) => i * 2)),
    text: arrow.vectorFromArray(text, new arrow.Utf8()),
    kind: arrow.vectorFromArray(text, new arrow.Dictionary(new arrow.Utf8(), new arrow.Int16() as never)),
    number: arrow.vectorFromArray(
      text.map((value, i) => value && i / 3),
      new arrow.Float64(),
    ),
    flag: arrow.vectorFromArray(
      text.map((_, i) => i % 3 === 0),
      new arrow.Bool(),
    ),
  });
  const { bytes } = await encodeParquet(table, { pageRows: 64, rowGroupRows: 200 });
  const ids = [0, 2, 130, 131, 400, 402, 798];
  let errors = 0;
  for (let run = 0; run < 400; run++) {
    const mutated = new Uint8Array(bytes);
    const at = 4 + Math.floor(random() * (bytes.byteLength - 12));
    mutated[at] = random() < 0.5 ? mutated[at]! ^ (1 << Math.floor(random() * 8)) : Math.floor(random() * 256);
    const [direct, general] = await Promise.all(
      [true, false].map((way) =>
        openParquet(sources.file!(mutated), { direct: way })
          .scan()
          .where(col("id").in(ids))
          .toArrow()
          .catch((error: unknown) => error),
      ),
    );
    for (const result of [direct, general]) if (result instanceof Error) expect(result).toBeInstanceOf(LarderError);
    if (direct instanceof Error || general instanceof Error) errors++;
    else expect(tableDifference(general as arrow.Table, direct as arrow.Table), `byte ${at}`).toBeUndefined();
  }
  expect(errors).toBeGreaterThan(20);
});

test("a look-up reads the pages that hold what it asks for, and no other", async () => {
  const count = 80_000;
  const table = new arrow.Table({
    id: arrow.makeVector(BigInt64Array.from({ length: count }, (_, i) => BigInt(i) * 3n)),
    price: arrow.makeVector(Float64Array.from({ length: count }, (_, i) => i / 7)),
    text: arrow.vectorFromArray(
      Array.from({ length: count }, (_, i) => `text ${i}`),
      new arrow.Utf8(),
    ),
  });
  const { bytes } = await encodeParquet(table, { pageRows: 8192 });
  const inner = bytesSource(bytes);
  let asked = 0;
  const source: BlobSource = {
    ...inner,
    blockBytes: 4096,
    readInto(start, targets) {
      asked += targets.reduce((sum, { byteLength }) => sum + byteLength, 0);
      return inner.readInto!(start, targets);
    },
    slice(start, end = bytes.byteLength) {
      asked += end - start;
      return inner.slice(start, end);
    },
  };
  const opened = openParquet(source);
  await opened.scan().schema();
  const scan = opened.scan().where(col("id").eq(3n * 41_000n));
  const plan = await scan.explain();
  asked = 0;
  expect((await scan.toColumns()).text).toEqual(["text 41000"]);
  // A page each of 64 KiB of ids, and no more than that of prices; of text its page.
  expect(asked).toBeLessThan(66_000 * 2 + 120_000);
  expect(asked).toBeLessThanOrEqual(plan.bytes);
});
