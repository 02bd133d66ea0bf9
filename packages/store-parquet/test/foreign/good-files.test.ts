import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bytesSource, openFileSource } from "@larder/core";
import { openParquet } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { foreignTable } from "../../src/foreign/foreign-table.js";
import { type Duckdb, openDuckdb } from "../support/duckdb.js";
import { logicalTexts } from "../support/logical-text.js";
import { polarsTable } from "../support/polars.js";
import { tableDifference } from "../support/table-difference.js";
import { bundledChild } from "./support/bundled-child.js";
import { corpus, needsShared } from "./support/corpus.js";

const program = bundledChild();
const files = corpus("parquet-testing/data");

/** Files that are refused, and why that is right. Every other one is read. */
const refused: Readonly<Record<string, { code: string; says: RegExp }>> = {
  // One of its pages does not meet its checksum; engines that do not look read other values.
  "datapage_v1-corrupt-checksum.parquet": { code: "damaged-parquet", says: /a page does not meet its checksum/ },
  // Two texts of a gigabyte in 4 KB.
  "large_string_map.brotli.parquet": { code: "foreign-limit", says: /asks for \d+ MB for a page/ },
};

/** Files that DuckDB does not read: what it says, and who reads them in its place. */
const duckdbRefuses: Readonly<Record<string, { says: RegExp; polars: boolean }>> = {
  "hadoop_lz4_compressed.parquet": { says: /Unsupported compression codec/, polars: true },
  "map_no_value.parquet": { says: /MAP_KEY_VALUE requires two children/, polars: true },
  "large_string_map.brotli.parquet": { says: /Cannot create a string longer/, polars: false },
};

/** Columns whose values the other engine shows in another way, and how ours are made the same. */
const shownOtherwise: Readonly<Record<string, (text: string) => string>> = {
  // Polars has no maps: it makes lists of pairs.
  "map_no_value.parquet/my_map": (text) =>
    `[${text.slice(1, -1).replace(/(\d+): (\w+)/g, '{"key": $1, "value": $2}')}]`,
  // DuckDB leaves out, inside structs, that moments are in UTC.
  "nested_structs.rust.parquet/ul_observation_date": (text) => text.replaceAll("utc ", "at "),
};

describe("the good files of apache/parquet-testing", () => {
  let duckdb: Duckdb;
  beforeAll(async () => {
    duckdb = await openDuckdb();
  });
  afterAll(() => duckdb.close());

  test("are all here, and no exception stands for one that is not", (context) => {
    if (!files) return context.skip(needsShared);
    expect(files.names.length).toBeGreaterThanOrEqual(38);
    const excepted = [refused, duckdbRefuses, shownOtherwise]
      .flatMap(Object.keys)
      .map((name) => name.replace(/\/\w+$/, ""));
    expect(excepted.filter((name) => !files.names.includes(name))).toEqual([]);
  });

  for (const name of files?.names ?? []) {
    const path = join(files!.directory, name);
    test(`${name} ${refused[name] ? "is refused" : "has the values that other engines find in it"}`, async () => {
      const source = await openFileSource(path);
      const table = foreignTable(source, { release: () => source.close(), program });
      const found = await table
        .scan()
        .toArrow()
        .catch((error: unknown) => error);
      const peak = table.peakMegabytes;
      await table.close();
      expect(peak).toBeLessThanOrEqual(512);
      if (refused[name]) {
        expect(found).toMatchObject({ code: refused[name].code, message: expect.stringMatching(refused[name].says) });
        return;
      }
      if (found instanceof Error) throw found;
      await expectSame(name, path, found as Table);
      // Here, and from there: the same to the bit.
      const own = await openParquet(bytesSource(readFileSync(path)))
        .scan()
        .toArrow();
      expect(tableDifference(own, found as Table)).toBeUndefined();
    });
  }

  async function expectSame(name: string, path: string, table: Table): Promise<void> {
    const ours = table.schema.fields.map((field, i) => {
      const otherwise = shownOtherwise[`${name}/${field.name}`];
      return logicalTexts(table.getChildAt(i)!).map((text) => (text && otherwise ? otherwise(text) : text));
    });
    const theirs = await duckdb
      .columns(`SELECT * FROM read_parquet('${path}')`)
      .catch((error: unknown) => error as Error);
    const exception = duckdbRefuses[name];
    if (exception) {
      expect(theirs).toMatchObject({ message: expect.stringMatching(exception.says) });
      const polars = polarsTable(path);
      expect(ours).toEqual(polars.schema.fields.map((_, i) => logicalTexts(polars.getChildAt(i)!)));
      return;
    }
    if (theirs instanceof Error) throw theirs;
    for (const [i, column] of theirs.entries()) {
      const texts = column.type === "GEOMETRY" ? column.texts.map(geometryText) : column.texts;
      expect([column.name, ours[i]]).toEqual([table.schema.fields[i]!.name, texts]);
    }
    expect(ours.length).toBe(theirs.length);
  }
});

/** DuckDB shows the bytes of a geometry as text, with escapes. */
function geometryText(text: string | null): string | null {
  if (text === null) return null;
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const escaped = text.startsWith("\\x", at);
    bytes.push(escaped ? Number.parseInt(text.slice(at + 2, at + 4), 16) : text.charCodeAt(at));
    if (escaped) at += 3;
  }
  return `x'${Buffer.from(bytes).toString("hex")}'`;
}
