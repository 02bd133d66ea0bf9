import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bytesSource, LarderError } from "@larder/core";
import { openParquet } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { foreignTable } from "../../src/foreign/foreign-table.js";
import { setAllocationLimit } from "../../src/format/allocation-limit.js";
import { openDuckdb } from "../support/duckdb.js";
import { logicalTexts } from "../support/logical-text.js";
import { bundledChild } from "./support/bundled-child.js";
import { corpus, needsShared } from "./support/corpus.js";

const program = bundledChild();

/** Files of these folders that are read all the same, to the values that DuckDB reads, and why. Every other one is refused. */
const sound: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "parquet-testing/bad_data": {
    "ARROW-GH-43605.parquet":
      "its indices have a width of 0 bits, which crashed Arrow once; the dictionary has one entry, so the format allows it",
  },
  "parquet-fuzz": {
    "clusterfuzz-testcase-minimized-parquet-arrow-fuzz-5382863341289472":
      "every page meets its checksum, and the footer contradicts nothing",
  },
};

describe.each([
  ["parquet-testing/bad_data", 7],
  ["parquet-fuzz", 64],
] as const)("the bad files of %s", (folder, least) => {
  const files = corpus(folder);
  beforeAll(() => setAllocationLimit(256 << 20));
  afterAll(() => setAllocationLimit(Number.POSITIVE_INFINITY));

  test("are all here, and no exception stands for one that is not", (context) => {
    if (!files) return context.skip(needsShared);
    expect(files.names.length).toBeGreaterThanOrEqual(least);
    expect(Object.keys(sound[folder]!).filter((name) => !files.names.includes(name))).toEqual([]);
  });

  for (const name of files?.names ?? []) {
    const path = join(files!.directory, name);
    const why = sound[folder]![name];
    test(`${name} ${why ? "is read, for it is sound" : "is an error, here and in a process of its own"}`, async () => {
      const bytes = readFileSync(path);
      const table = foreignTable(bytesSource(bytes), { release: async () => {}, program });
      const there = await outcomeOf(() => table.scan().toArrow());
      const { peakMegabytes } = table;
      await table.close();
      expect(peakMegabytes).toBeLessThanOrEqual(512);
      const here = await outcomeOf(() => openParquet(bytesSource(bytes)).scan().toArrow());
      if (!why) {
        expect(there).toMatch(/^(damaged|not|unsupported)-parquet: |^(unsupported-column|foreign-limit): /);
        expect(here).toBe(there);
        return;
      }
      if (typeof there === "string" || typeof here === "string") throw new Error(`${there} | ${here}`);
      expect(await duckdbTexts(path)).toEqual(there.schema.fields.map((_, i) => logicalTexts(there.getChildAt(i)!)));
    });
  }
});

/** The table, or the code and message of the error. An error of another kind fails the test. */
async function outcomeOf(read: () => Promise<Table>): Promise<Table | string> {
  try {
    return await read();
  } catch (error) {
    if (!LarderError.isInstance(error)) throw error;
    return `${error.code}: ${error.message}`;
  }
}

async function duckdbTexts(path: string): Promise<(string | null)[][]> {
  const duckdb = await openDuckdb();
  try {
    return (await duckdb.columns(`SELECT * FROM read_parquet('${path}')`)).map(({ texts }) => texts);
  } finally {
    duckdb.close();
  }
}
