import * as arrow from "apache-arrow";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sameIds } from "../../../src/dataset/ids/combine-id-sets.js";
import { type OpenPart, openPart } from "../../../src/dataset/parts/open-part.js";
import { readPartRecord } from "../../../src/dataset/parts/read-part-record.js";
import { readPartRange, readPartRows } from "../../../src/dataset/parts/read-part-rows.js";
import { writePart } from "../../../src/dataset/parts/write-part.js";
import type { PickWay } from "../../../src/read/gather/page-source.js";
import { makeNestedTable, nestedRecipes } from "../../support/random-nested.js";
import { keptTypes, makeChunk, makeTable, seededRandom, tableRecipes } from "../../support/random-table.js";
import { rawValues } from "../../support/table-difference.js";
import { datasetFolder, type PartTable, rowsEpoch, someRows, withIds } from "./support/part-table.js";

let folder: ReturnType<typeof datasetFolder>;
beforeEach(() => {
  folder = datasetFolder();
});
afterEach(() => folder.remove());

/** The same part, but memory that is read into once more loses at once what it held. */
function overwriting(part: OpenPart): OpenPart {
  return {
    ...part,
    file: {
      ...part.file,
      readInto(start, targets) {
        for (const { buffer } of targets) new Uint8Array(buffer).fill(0xff);
        return part.file.readInto(start, targets);
      },
    },
  };
}

const valuesOf = (data: arrow.Data) => rawValues(new arrow.Vector([data]));
const columnOf = (table: arrow.Table, name: string) => rawValues(table.getChildAt(table.schema.names.indexOf(name))!);

/** A part, unless it has seconds beyond what milliseconds hold, which can't be told from its first row on. */
async function storable<Written>(writing: Promise<Written>): Promise<Written | never> {
  const written = await writing.catch((error: { code?: string }) => {
    if (error.code !== "unstorable-table") throw error;
    return undefined;
  });
  fc.pre(written !== undefined);
  return written!;
}

/** Checks that rows of a part are those of its table, gathered and as a range. */
async function checkRows(part: PartTable, rowGroupRows: number, rows: Int32Array, place: "base" | "recent") {
  const target = { directory: folder.path, place, limits: { rowGroupRows, rowGroupBytes: 2 ** 24 } };
  const written = await storable(writePart(target, { ...part, epochs: [rowsEpoch(part)] }));
  const opened = openPart(folder.path, written);
  const names = part.table.schema.names as string[];
  const picked = await readPartRows(overwriting(opened), names, rows);
  const [start, end] = [rows[0] ?? 0, rows.at(-1) ?? 0];
  const ranged = await readPartRange(opened, names, start, end);
  await opened.close();
  expect([...picked.keys()].sort()).toEqual([...names].sort());
  for (const name of names) {
    const all = columnOf(part.table, name);
    const type = part.table.schema.fields.find((field) => field.name === name)!.type;
    expect(valuesOf(picked.get(name)!), name).toEqual(Array.from(rows, (row) => all[row]));
    expect(valuesOf(ranged.get(name)!), name).toEqual(all.slice(start, end));
    expect(String(picked.get(name)!.type)).toBe(String(type));
    expect(picked.get(name)!.length).toBe(rows.length);
  }
  return written;
}

describe("rows of a part are those that were written", () => {
  test("whatever their types, nulls, row groups, and which of them are asked for", async () => {
    await fc.assert(
      fc.asyncProperty(
        tableRecipes,
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(0, 0.05, 0.3, 0.9, 1),
        fc.constantFrom("base" as const, "recent" as const),
        async (recipe, rowGroupRows, share, place) => {
          const part = withIds(makeTable({ ...recipe, extremes: false }), { seed: recipe.seed });
          await checkRows(part, rowGroupRows, someRows(part.table.numRows, share, recipe.seed), place);
        },
      ),
      { seed: 20261130, numRuns: 100 },
    );
  });

  test("nested ones too", async () => {
    await fc.assert(
      fc.asyncProperty(
        nestedRecipes,
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(0, 0.3, 1),
        async (recipe, groups, share) => {
          const part = withIds(makeNestedTable(recipe), { seed: recipe.seed });
          await checkRows(part, groups, someRows(part.table.numRows, share, recipe.seed), "base");
        },
      ),
      { seed: 20261131, numRuns: 50 },
    );
  });

  test.each([8191, 8192, 8193, 65_537, 98_305])("%i of them, at the edges of pages and row groups", async (rows) => {
    const random = seededRandom(rows);
    const types = ["bool", "int8", "int32", "float64", "decimal", "utf8", "largeBinary", "fixedSizeBinary"];
    const fields = types.flatMap((type) => [`${type} full`, `${type} holes`]);
    const chunks = types.flatMap((type) =>
      [0, 0.3].map((nulls) => makeChunk(keptTypes[type]!(), rows, nulls, random, undefined, false)),
    );
    const words = new arrow.Vector([makeChunk(new arrow.Utf8(), 300, 0, random, undefined)]);
    const wordType = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int16() as never);
    fields.push("words");
    chunks.push(makeChunk(wordType, rows, 0.2, random, words));
    const part = withIds(
      new arrow.Table(Object.fromEntries(fields.map((name, i) => [name, new arrow.Vector([chunks[i]!])]))),
    );
    const written = await writePart({ directory: folder.path, place: "base" }, { ...part, epochs: [] });
    const opened = openPart(folder.path, written);
    const ways = new Map<string, Set<PickWay>>();
    const edges = [
      0,
      1,
      2047,
      2048,
      4095,
      4096,
      8190,
      8191,
      8192,
      16_384,
      32_768,
      65_535,
      65_536,
      98_303,
      98_304,
      rows - 1,
    ];
    const wanted = [
      Int32Array.from([...new Set(edges.filter((row) => row < rows))].sort((left, right) => left - right)),
      someRows(rows, 0.01, 1),
      someRows(rows, 0.1, 2),
    ];
    const values = new Map(fields.map((name) => [name, columnOf(part.table, name)]));
    for (const numbers of wanted) {
      const found = await readPartRows(opened, fields, numbers, (column, way) => {
        ways.set(column, (ways.get(column) ?? new Set()).add(way));
      });
      for (const name of fields) {
        const [all, texts] = [values.get(name)!, valuesOf(found.get(name)!)];
        expect(texts).toHaveLength(numbers.length);
        const wrong = texts.findIndex((value, i) => value !== all[numbers[i]!]);
        expect(wrong, `${name}, row ${numbers[wrong]}: ${texts[wrong]}`).toBe(-1);
      }
    }
    // The general decoders are asked where nothing is to be gathered.
    const decoding = (name: string) => [...(ways.get(name) ?? [])];
    const way = (picked: PickWay) => (opened.file.direct ? [picked] : []);
    for (const type of ["int32", "float64", "decimal", "fixedSizeBinary", "bool"]) {
      for (const kind of ["full", "holes"]) expect(decoding(`${type} ${kind}`)).toEqual(way("direct"));
    }
    for (const name of ["utf8 full", "utf8 holes", "largeBinary full", "largeBinary holes"]) {
      expect(decoding(name)).toEqual(way("slices"));
    }
    expect(decoding("words")).toEqual(way("indices"));
    await opened.close();
  });
});

test("texts of a dictionary far in front of them are those that were written", async () => {
  const rows = 98_304 * 4;
  const words = (seed: number) => {
    const bytes = new Uint8Array(rows * 4);
    const view = new DataView(bytes.buffer);
    for (let row = 0; row < rows; row++) view.setUint32(row * 4, (row % 500) * seed);
    const valueOffsets = Int32Array.from({ length: rows + 1 }, (_, row) => row * 4);
    return new arrow.Vector([arrow.makeData({ type: new arrow.Binary(), data: bytes, valueOffsets })]);
  };
  const names = Array.from({ length: 6 }, (_, i) => `column ${i}`);
  const part = withIds(new arrow.Table(Object.fromEntries(names.map((name, i) => [name, words(i * 7919 + 1)]))));
  const written = await writePart({ directory: folder.path, place: "base" }, { ...part, epochs: [] });
  const numbers = [1, 2, 3, 4].flatMap((group) => [group * 98_304 - 2, group * 98_304 - 1]);
  const opened = openPart(folder.path, written);
  const found = await readPartRows(overwriting(opened), names, Int32Array.from(numbers));
  for (const name of names) {
    const column = part.table.getChild(name)!;
    expect([...new arrow.Vector([found.get(name)!])]).toEqual(numbers.map((row) => column.get(row)));
  }
  await opened.close();
});

test("entries of a dictionary too large to be stored as one are those that were written", async () => {
  const rows = 70_000;
  const names = ["a", "b", "c", "d", "e", "f"];
  const entries = arrow.vectorFromArray(
    Array.from({ length: rows }, (_, i) => `entry ${i}`),
    new arrow.Utf8(),
  );
  const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
  const data = Int32Array.from({ length: rows }, (_, i) => rows - 1 - i);
  const column = new arrow.Vector([arrow.makeData({ type, data, dictionary: entries })]);
  const part = withIds(new arrow.Table(Object.fromEntries(names.map((name) => [name, column]))));
  const written = await writePart({ directory: folder.path, place: "base" }, { ...part, epochs: [] });
  const opened = openPart(folder.path, written);
  const numbers = someRows(rows, 0.0002, 4);
  const found = await readPartRows(overwriting(opened), names, numbers);
  for (const name of names) {
    const values = [...new arrow.Vector([found.get(name)!])];
    expect(values).toEqual(Array.from(numbers, (row) => `entry ${rows - 1 - row}`));
  }
  await opened.close();
});

describe("a part", () => {
  test("is known from its file alone", async () => {
    await fc.assert(
      fc.asyncProperty(
        tableRecipes,
        fc.integer({ min: 1, max: 50 }),
        fc.boolean(),
        async (recipe, rowGroupRows, isBase) => {
          const part = withIds(makeTable({ ...recipe, extremes: false }), { seed: recipe.seed, first: -(2n ** 63n) });
          const place = isBase ? ("base" as const) : ("recent" as const);
          const target = { directory: folder.path, place, limits: { rowGroupRows, rowGroupBytes: 2 ** 24 } };
          const written = await storable(
            writePart(target, { ...part, epochs: [rowsEpoch(part)], replaces: ["recent/a", "b"] }),
          );
          const found = await readPartRecord(folder.path, written.name);
          const { keys, epochs, ...rest } = found;
          const { keys: before, epochs: epochsBefore, ...restBefore } = written;
          expect(rest).toEqual(restBefore);
          expect(sameIds(keys, before)).toBe(true);
          expect(sameIds(epochs[0]!.keys!, epochsBefore[0]!.keys!)).toBe(true);
          expect(rest.columns.map(({ name }) => name)).toEqual(part.table.schema.names.slice(1));
        },
      ),
      { seed: 20261132, numRuns: 100 },
    );
  });

  test("of many rows has the checksums that core makes", async () => {
    const part = withIds(
      new arrow.Table({ n: arrow.makeVector(new Float64Array(400_000).map((_, i) => Math.sin(i))) }),
    );
    const written = await writePart({ directory: folder.path, place: "base" }, { ...part, epochs: [rowsEpoch(part)] });
    expect(written.byteLength).toBeGreaterThan(2 ** 22);
    expect({ ...(await readPartRecord(folder.path, written.name)), keys: 0, epochs: 0 }).toEqual({
      ...written,
      keys: 0,
      epochs: 0,
    });
  });

  test("may have no rows, and tell of cells all the same", async () => {
    const { table, keys } = withIds(new arrow.Table(new arrow.Schema([new arrow.Field("a", new arrow.Int32(), true)])));
    for (const place of ["base", "recent"] as const) {
      const epochs = [{ kind: "invalid" as const, sequence: 3, at: 4 }];
      const written = await writePart({ directory: folder.path, place }, { table, keys, epochs });
      expect(await readPartRecord(folder.path, written.name)).toEqual(written);
      const opened = openPart(folder.path, written);
      expect((await readPartRows(opened, ["a", "the id"], new Int32Array(0))).get("a")!.length).toBe(0);
      await opened.close();
    }
  });
});
