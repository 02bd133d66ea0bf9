import { join } from "node:path";
import { bytesSource } from "@larder/core";
import { openParquet, openParquetFile } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SchemaElement } from "../../src/format/parquet-file-reader.js";
import { corpus, needsShared } from "../foreign/support/corpus.js";
import { type Duckdb, openDuckdb } from "../support/duckdb.js";
import { logicalTexts } from "../support/logical-text.js";
import { type CraftedLeaf, craftedFile, type Entry, group, leafElement } from "./crafted-file.js";

async function read(elements: SchemaElement[], leaves: CraftedLeaf[], rows: number) {
  const scan = openParquet(bytesSource(await craftedFile(elements, leaves, rows))).scan();
  const [schema] = await scan.schema();
  const table = await scan.toArrow();
  const [field] = table.schema.fields;
  return { type: schema!.type, nullable: field!.nullable, field: field!, texts: logicalTexts(table.getChildAt(0)!) };
}

const leaf = (path: string[], maxRepetition: number, maxDefinition: number, entries: Entry[]): CraftedLeaf => ({
  path,
  maxRepetition,
  maxDefinition,
  pages: [entries],
});

describe("lists and maps are recognised however they were laid out", () => {
  test("a repeated field without annotation is a list that is there, of elements that are there", async () => {
    const { type, nullable, field, texts } = await read(
      [leafElement("num", "REPEATED")],
      [
        leaf(["num"], 1, 1, [
          [0, 1, 5],
          [1, 1, 6],
          [0, 0],
          [0, 1, 7],
        ]),
      ],
      3,
    );
    expect([type, nullable, field.type.children[0].nullable]).toEqual(["List<Int32>", false, false]);
    expect(texts).toEqual(["[5, 6]", "[]", "[7]"]);
  });

  test("a repeated group without annotation is a list of structs", async () => {
    const { type, texts } = await read(
      [group("my_list", "REPEATED", 2), leafElement("a", "REQUIRED"), leafElement("b", "OPTIONAL")],
      [
        leaf(["my_list", "a"], 1, 1, [
          [0, 1, 5],
          [1, 1, 6],
          [0, 0],
        ]),
        leaf(["my_list", "b"], 1, 2, [
          [0, 2, 50],
          [1, 1],
          [0, 0],
        ]),
      ],
      2,
    );
    expect(type).toBe("List<Struct<{a: Int32, b: Int32}>>");
    expect(texts).toEqual(['[{"a": 5, "b": 50}, {"a": 6, "b": null}]', "[]"]);
  });

  test("rule 1: a repeated field that is no group is the element itself", async () => {
    const { type, nullable, texts } = await read(
      [group("my_list", "OPTIONAL", 1, "LIST"), leafElement("element", "REPEATED")],
      [
        leaf(["my_list", "element"], 1, 2, [
          [0, 2, 5],
          [1, 2, 6],
          [0, 0],
          [0, 1],
        ]),
      ],
      3,
    );
    expect([type, nullable]).toEqual(["List<Int32>", true]);
    expect(texts).toEqual(["[5, 6]", null, "[]"]);
  });

  test("rule 2: a repeated group of several fields is the element itself", async () => {
    const elements = [
      group("my_list", "OPTIONAL", 1, "LIST"),
      group("element", "REPEATED", 2),
      leafElement("a", "REQUIRED"),
      leafElement("b", "REQUIRED"),
    ];
    const entries = (value: number): Entry[] => [
      [0, 2, value],
      [1, 2, value + 1],
      [0, 0],
      [0, 1],
    ];
    const { type, texts } = await read(
      elements,
      [leaf(["my_list", "element", "a"], 1, 2, entries(1)), leaf(["my_list", "element", "b"], 1, 2, entries(10))],
      3,
    );
    expect(type).toBe("List<Struct<{a: Int32, b: Int32}>>");
    expect(texts).toEqual(['[{"a": 1, "b": 10}, {"a": 2, "b": 11}]', null, "[]"]);
  });

  test("rule 3: a repeated group of one repeated field is the element itself", async () => {
    const { type, texts } = await read(
      [
        group("my_list", "OPTIONAL", 1, "LIST"),
        group("array", "REPEATED", 1, "LIST"),
        leafElement("array", "REPEATED"),
      ],
      [
        leaf(["my_list", "array", "array"], 2, 3, [
          [0, 3, 1],
          [2, 3, 2],
          [1, 2],
          [1, 3, 3],
          [0, 1],
          [0, 0],
        ]),
      ],
      3,
    );
    expect(type).toBe("List<List<Int32>>");
    expect(texts).toEqual(["[[1, 2], [], [3]]", "[]", null]);
  });

  test("rule 3 holds for groups without annotation too: structs of one list", async () => {
    const { type, texts } = await read(
      [group("my_list", "OPTIONAL", 1, "LIST"), group("inner", "REPEATED", 1), leafElement("nums", "REPEATED")],
      [
        leaf(["my_list", "inner", "nums"], 2, 3, [
          [0, 3, 1],
          [2, 3, 2],
          [1, 2],
          [0, 1],
        ]),
      ],
      2,
    );
    expect(type).toBe("List<Struct<{nums: List<Int32>}>>");
    expect(texts).toEqual(['[{"nums": [1, 2]}, {"nums": []}]', "[]"]);
  });

  test.each(["array", "my_list_tuple"])("rule 4: a repeated group named %s is the element itself", async (name) => {
    const { type, texts } = await read(
      [group("my_list", "OPTIONAL", 1, "LIST"), group(name, "REPEATED", 1), leafElement("str", "REQUIRED")],
      [
        leaf(["my_list", name, "str"], 1, 2, [
          [0, 2, 1],
          [1, 2, 2],
          [0, 1],
        ]),
      ],
      2,
    );
    expect(type).toBe("List<Struct<{str: Int32}>>");
    expect(texts).toEqual(['[{"str": 1}, {"str": 2}]', "[]"]);
  });

  test.each(["list", "bag", "element"])("rule 5: any other repeated group of one field wraps it (%s)", async (name) => {
    const { type, field, texts } = await read(
      [group("my_list", "REQUIRED", 1, "LIST"), group(name, "REPEATED", 1), leafElement("str", "OPTIONAL")],
      [
        leaf(["my_list", name, "str"], 1, 2, [
          [0, 2, 1],
          [1, 1],
          [0, 0],
        ]),
      ],
      2,
    );
    expect([type, field.nullable]).toEqual(["List<Int32>", false]);
    expect([field.type.children[0].name, field.type.children[0].nullable]).toEqual(["str", true]);
    expect(texts).toEqual(["[1, null]", "[]"]);
  });

  test.each(["MAP", "MAP_KEY_VALUE"] as const)("%s, whatever its parts are called", async (annotation) => {
    const { type, texts } = await read(
      [
        group("my_map", "OPTIONAL", 1, annotation),
        group("map", "REPEATED", 2, annotation === "MAP" ? "MAP_KEY_VALUE" : undefined),
        leafElement("str", "REQUIRED"),
        leafElement("num", "OPTIONAL"),
      ],
      [
        leaf(["my_map", "map", "str"], 1, 2, [
          [0, 2, 1],
          [1, 2, 2],
          [0, 0],
          [0, 1],
        ]),
        leaf(["my_map", "map", "num"], 1, 3, [
          [0, 3, 10],
          [1, 2],
          [0, 0],
          [0, 1],
        ]),
      ],
      3,
    );
    expect(type).toBe("Map<{key: Int32, value: Int32}>");
    expect(texts).toEqual(["<1: 10, 2: null>", null, "<>"]);
  });

  test("a map without values is the list of its keys", async () => {
    const { type, texts } = await read(
      [group("set", "OPTIONAL", 1, "MAP"), group("key_value", "REPEATED", 1), leafElement("key", "REQUIRED")],
      [
        leaf(["set", "key_value", "key"], 1, 2, [
          [0, 2, 1],
          [1, 2, 2],
          [0, 0],
          [0, 1],
        ]),
      ],
      3,
    );
    expect([type, texts]).toEqual(["List<Int32>", ["[1, 2]", null, "[]"]]);
  });

  test("a map whose keys may be null is read as long as none is", async () => {
    const elements = [
      group("m", "REQUIRED", 1, "MAP"),
      group("key_value", "REPEATED", 2),
      leafElement("key", "OPTIONAL"),
      leafElement("value", "REQUIRED"),
    ];
    const leaves = (definition: number): CraftedLeaf[] => [
      leaf(["m", "key_value", "key"], 1, 2, [
        [0, 2, 1],
        [1, definition, 2],
      ]),
      leaf(["m", "key_value", "value"], 1, 1, [
        [0, 1, 5],
        [1, 1, 6],
      ]),
    ];
    expect((await read(elements, leaves(2), 1)).texts).toEqual(["<1: 5, 2: 6>"]);
    await expect(read(elements, leaves(1), 1)).rejects.toMatchObject({ code: "unsupported-parquet" });
  });

  test("an annotation on something else than a list or map is refused by name", async () => {
    const file = await craftedFile(
      [group("odd", "OPTIONAL", 1, "LIST"), leafElement("a", "OPTIONAL"), leafElement("plain", "REQUIRED")],
      [leaf(["odd", "a"], 0, 2, [[0, 2, 1]]), leaf(["plain"], 0, 0, [[0, 0, 7]])],
      1,
    );
    const scan = openParquet(bytesSource(file)).scan();
    expect((await scan.schema())[0]).toMatchObject({ name: "odd", type: "unsupported" });
    await expect(scan.toArrow()).rejects.toMatchObject({ code: "unsupported-column" });
    expect(await scan.select(["plain"]).toColumns()).toEqual({ plain: Int32Array.of(7) });
  });

  test("rows that begin in one page and end in another", async () => {
    const path = ["num"];
    const pages: Entry[][] = [
      [
        [0, 1, 1],
        [1, 1, 2],
      ],
      [
        [1, 1, 3],
        [0, 1, 4],
      ],
      [[1, 1, 5]],
      [[0, 0]],
    ];
    const elements = [leafElement("num", "REPEATED")];
    const file = await craftedFile(elements, [{ path, maxRepetition: 1, maxDefinition: 1, pages }], 3);
    const texts = async (offset: number, length: number): Promise<(string | null)[]> => {
      const table = await openParquet(bytesSource(file)).scan().slice(offset, length).toArrow();
      return logicalTexts(table.getChildAt(0)!);
    };
    expect(await texts(0, 3)).toEqual(["[1, 2, 3]", "[4, 5]", "[]"]);
  });
});

const examples = corpus("parquet-testing/data");

describe("the nested examples of apache/parquet-testing have the values DuckDB finds in them", () => {
  let duckdb: Duckdb;
  beforeAll(async () => {
    duckdb = await openDuckdb();
  });
  afterAll(() => duckdb.close());
  beforeEach((ctx) => {
    if (!examples) ctx.skip(needsShared);
  });

  test.each([
    "incorrect_map_schema.parquet",
    "list_columns.parquet",
    "nested_lists.snappy.parquet",
    "nested_structs.rust.parquet",
    "nonnullable.impala.parquet",
    "nullable.impala.parquet",
    "null_list.parquet",
    "old_list_structure.parquet",
    "repeated_primitive_no_list.parquet",
  ])("%s", async (name) => {
    const path = join(examples!.directory, name);
    const arrow = await exampleTable(name);
    // Of a timestamp that only the older annotation describes DuckDB says no zone, the format UTC.
    const unzoned = (text: string | null) => text?.replaceAll(/\butc /g, "at ") ?? null;
    for (const column of await duckdb.columns(`SELECT * FROM '${path}'`)) {
      const found = logicalTexts(arrow.getChild(column.name)!);
      expect([column.name, found.map(unzoned)]).toEqual([column.name, column.texts.map(unzoned)]);
    }
  });

  test("map_no_value.parquet, which DuckDB refuses, has the values its description says", async () => {
    const arrow = await exampleTable("map_no_value.parquet");
    const keys = ["[1, 2, 3]", "[4, 5, 6]", "[7, 8, 9]"];
    expect(logicalTexts(arrow.getChild("my_map_no_v")!)).toEqual(keys);
    expect(logicalTexts(arrow.getChild("my_list")!)).toEqual(keys);
    const nulls = ["<1: null, 2: null, 3: null>", "<4: null, 5: null, 6: null>", "<7: null, 8: null, 9: null>"];
    expect(logicalTexts(arrow.getChild("my_map")!)).toEqual(nulls);
  });
});

async function exampleTable(name: string): Promise<Table> {
  const table = await openParquetFile(join(examples!.directory, name));
  try {
    return await table.scan().toArrow();
  } finally {
    await table.close();
  }
}
