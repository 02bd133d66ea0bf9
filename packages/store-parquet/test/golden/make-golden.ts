/**
 * Writes the golden files of the present layout anew:
 * `node --conditions=larder-source --import tsx test/golden/make-golden.ts`
 *
 * Only for a layout that was changed on purpose; what to do then stands in `golden-files.test.ts`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { bytesSource } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { makeNestedTable, type NestedField } from "../support/random-nested.js";
import { keptTypes, makeTable } from "../support/random-table.js";
import { contentsOf, goldenOptions, goldenPath, presentFolder } from "./golden-files.js";

const flat = (rows: number, types = Object.keys(keptTypes)): Table =>
  makeTable({
    columns: types.map((type, i) => ({ type, name: type, nulls: i % 2 === 0 ? 0.2 : 0 })),
    batches: [rows],
    cut: [1, 0],
    seed: 1,
  });

const nested = (): Table => {
  const leaf = (name: string, type: string, nulls = 0.2): NestedField => ({ name, type, nulls });
  const columns: NestedField[] = [
    { name: "list", nulls: 0.2, type: { kind: "list", element: leaf("item", "utf8") } },
    { name: "largeList", nulls: 0, type: { kind: "largeList", element: leaf("item", "int64", 0) } },
    { name: "pair", nulls: 0.2, type: { kind: "fixedSizeList", size: 2, element: leaf("item", "float64") } },
    { name: "struct", nulls: 0.2, type: { kind: "struct", fields: [leaf("a", "int32"), leaf("b", "dictionary8", 0)] } },
    {
      name: "map",
      nulls: 0.2,
      type: { kind: "map", keysSorted: false, key: leaf("key", "utf8", 0), value: leaf("value", "decimal") },
    },
    {
      name: "deep",
      nulls: 0.2,
      type: {
        kind: "list",
        element: {
          name: "item",
          nulls: 0.2,
          type: {
            kind: "struct",
            fields: [
              { name: "inner", nulls: 0.2, type: { kind: "list", element: leaf("item", "timestampMicrosecondZoned") } },
            ],
          },
        },
      },
    },
  ];
  return makeNestedTable({ columns, batches: [20], cut: [0, 0], seed: 2 });
};

const tables: Record<string, Table> = {
  flat: flat(17),
  nested: nested(),
  snappy: flat(60, ["int32", "utf8", "bool", "dictionary8"]),
  bloom: flat(60, ["int64", "utf8"]),
  pages: flat(60, ["int64", "utf8", "bool", "binary", "dictionary8", "largeUtf8"]),
};

const folder = goldenPath(presentFolder);
mkdirSync(folder, { recursive: true });
for (const [name, table] of Object.entries(tables)) {
  const first = await encodeParquet(table, goldenOptions[name]);
  // Once there and back: entries of dictionaries that are null or there twice are gone then, and the bytes stay the same.
  const again = await openParquet(bytesSource(first.bytes)).scan().toArrow();
  const { bytes } = await encodeParquet(again, goldenOptions[name]);
  writeFileSync(`${folder}${name}.parquet`, bytes);
  const lines = contentsOf(table).map((line) => `${JSON.stringify(line)}\n`);
  writeFileSync(`${folder}${name}.jsonl`, lines.join(""));
}
