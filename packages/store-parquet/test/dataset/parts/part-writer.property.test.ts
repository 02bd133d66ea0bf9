import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sameIds } from "../../../src/dataset/ids/combine-id-sets.js";
import { idsBetween } from "../../../src/dataset/ids/cut-id-sets.js";
import { idBounds } from "../../../src/dataset/ids/look-up.js";
import { idSetOf, idsIn } from "../../../src/dataset/ids/make-id-set.js";
import { openPart } from "../../../src/dataset/parts/open-part.js";
import { partWriter } from "../../../src/dataset/parts/part-writer.js";
import { readPartRecord } from "../../../src/dataset/parts/read-part-record.js";
import { readPartRange } from "../../../src/dataset/parts/read-part-rows.js";
import { makeTable, tableRecipes } from "../../support/random-table.js";
import { rawValues } from "../../support/table-difference.js";
import { datasetFolder, withIds } from "./support/part-table.js";

let folder: ReturnType<typeof datasetFolder>;
beforeEach(() => {
  folder = datasetFolder();
});
afterEach(() => folder.remove());

async function files(): Promise<string[]> {
  const found = await readdir(folder.path, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map(({ name }) => name);
}

const numbers = (rows: number) =>
  withIds(new arrow.Table({ n: arrow.makeVector(Float64Array.from({ length: rows }, (_, i) => i / 3)) }), {
    first: 0n,
  });

describe("rows written one after the other", () => {
  test("are in parts of ranges side by side, as they were, with what is known of every key", async () => {
    await fc.assert(
      fc.asyncProperty(
        tableRecipes,
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 6 }),
        fc.constantFrom(1, 300, 2000, 10 ** 8),
        fc.constantFrom("base" as const, "recent" as const),
        async (recipe, steps, partBytes, place) => {
          // Its seconds may be beyond what milliseconds hold.
          fc.pre(recipe.columns.every(({ type }) => type !== "dictionaryOfSeconds"));
          const { table, ids, keys } = withIds(makeTable({ ...recipe, extremes: false }), { seed: recipe.seed });
          const limits = { rowGroupRows: 25, rowGroupBytes: 4000 };
          const writer = partWriter(
            { directory: folder.path, place, limits },
            { schema: table.schema, partBytes, replaces: ["x"] },
          );
          // Arrow can't slice a table without batches.
          const slice = (from: number, to: number) => (table.numRows === 0 ? table : table.slice(from, to));
          let row = 0;
          for (const step of [...steps, table.numRows]) {
            const end = Math.min(row + step, table.numRows);
            const some = ids.slice(row, end);
            await writer.add(slice(row, end), idSetOf(some), Float64Array.from(some, Number));
            row = end;
          }
          const known = idSetOf(BigInt64Array.of(-(2n ** 63n), ...ids, 2n ** 62n));
          const records = await writer.finish((low, high) => [
            { kind: "absent", sequence: 1, fetchedAt: 2, keys: idsBetween(known, low, high) },
          ]);
          const names = table.schema.names as string[];
          const values = new Map(names.map((name) => [name, [] as (string | null)[]]));
          const [allKeys, allKnown]: bigint[][] = [[], []];
          for (const record of records) {
            expect(sameIds((await readPartRecord(folder.path, record.name)).keys, record.keys)).toBe(true);
            // What they replace may be left out only once all of them are there.
            expect(record.replaces).toEqual(record === records.at(-1) ? ["x"] : []);
            allKeys!.push(...idsIn(record.keys));
            allKnown!.push(...idsIn(record.epochs[0]!.keys!));
            const opened = openPart(folder.path, record);
            const found = await readPartRange(opened, names, 0, record.keys.size);
            for (const name of names) values.get(name)!.push(...rawValues(new arrow.Vector([found.get(name)!])));
            if (place === "recent" && record.keys.size > 0) {
              const data = (await readPartRange(opened, ["larder:sequence"], 0, record.keys.size)).get(
                "larder:sequence",
              )!;
              expect(Array.from(data.values as BigInt64Array)).toEqual([...idsIn(record.keys)]);
            }
            await opened.close();
          }
          expect(allKeys).toEqual([...idsIn(keys)]);
          expect(allKnown).toEqual([...idsIn(known)]);
          for (const [i, name] of names.entries()) expect(values.get(name)).toEqual(rawValues(table.getChildAt(i)!));
          if (partBytes === 1 && table.numRows > 0) expect(records.length).toBeGreaterThanOrEqual(table.numRows / 25);
          if (partBytes === 10 ** 8) expect(records).toHaveLength(1);
        },
      ),
      { seed: 20261133, numRuns: 60 },
    );
  });

  test("make files of about the size that was asked for", async () => {
    const writer = partWriter(
      { directory: folder.path, place: "base" },
      { schema: numbers(0).table.schema, partBytes: 1_000_000 },
    );
    const { table, ids } = numbers(300_000);
    for (let row = 0; row < 300_000; row += 30_000) {
      await writer.add(table.slice(row, row + 30_000), idSetOf(ids.slice(row, row + 30_000)));
    }
    const records = await writer.finish(() => []);
    expect(records.length).toBeGreaterThan(4);
    for (const record of records.slice(0, -1)) {
      expect(record.byteLength).toBeGreaterThan(400_000);
      expect(record.byteLength).toBeLessThan(1_050_000);
      expect((await stat(join(folder.path, record.name))).size).toBe(record.byteLength);
    }
    const bounds = records.map(({ keys }) => idBounds(keys)!);
    for (let i = 1; i < bounds.length; i++) expect(bounds[i]!.low).toBeGreaterThan(bounds[i - 1]!.high);
    expect(await readdir(join(folder.path, "base"))).toEqual(records.map(({ name }) => name.slice(5)));
  });

  test("leave nothing when they are given up, at any moment", async () => {
    const { table, keys, ids } = numbers(2000);
    const options = { schema: table.schema, partBytes: 5000 };
    const begun = partWriter({ directory: folder.path, place: "base" }, options);
    await begun.abort();
    const filled = partWriter({ directory: folder.path, place: "base" }, options);
    await filled.add(table, keys);
    await filled.abort();
    const broken = partWriter({ directory: folder.path, place: "base" }, options);
    await broken.add(table, keys);
    let asked = 0;
    const finishing = broken.finish(() => {
      if (++asked === 3) throw new Error("no more");
      return [];
    });
    await expect(finishing).rejects.toThrow("no more");
    expect((await files()).length).toBe(2);
    await broken.abort();
    expect(await files()).toEqual([]);
    const disordered = partWriter({ directory: folder.path, place: "base" }, options);
    await disordered.add(table.slice(1000, 1010), idSetOf(ids.slice(1000, 1010)));
    await expect(disordered.add(table.slice(1009, 1012), idSetOf(ids.slice(1009, 1012)))).rejects.toMatchObject({
      code: "invalid-part",
    });
    await disordered.abort();
    expect(await files()).toEqual([]);
  });

  test("make no part when there is nothing to tell, and one without rows when there is", async () => {
    const { schema } = numbers(0).table;
    const writer = () => partWriter({ directory: folder.path, place: "recent" }, { schema, partBytes: 1000 });
    expect(await writer().finish(() => [])).toEqual([]);
    expect(await files()).toEqual([]);
    const records = await writer().finish((low, high) => {
      expect([low, high]).toEqual([-(2n ** 63n), 2n ** 63n - 1n]);
      return [{ kind: "invalid", sequence: 3, at: 4 }];
    });
    expect(records.map(({ keys, epochs }) => [keys.size, epochs.length])).toEqual([[0, 1]]);
  });
});
