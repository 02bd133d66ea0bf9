import { basename, dirname, join, relative, sep } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { datasetDirectory, tableOfDirectory } from "../../../src/dataset/parts/dataset-paths.js";

const unit = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(..."abAB01_-.%/\\: \u0000é€😀İı".split("")) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) },
);
const names = fc.oneof(
  fc.array(unit, { maxLength: 12 }).map((units) => units.join("")),
  fc.array(unit, { minLength: 100, maxLength: 160 }).map((units) => units.join("")),
  fc.constantFrom(
    "con.nul",
    "com1.lpt9",
    "..",
    "../..",
    ".",
    "",
    "a.b.c",
    "a_b.c",
    "a.b_c",
    "%none.a",
    "%empty",
    "%41",
    "A",
  ),
);
const root = join(sep, "cache", "datasets");

describe("the directory of a table", () => {
  test("is a person's to recognise", () => {
    expect(datasetDirectory(root, "sales.orders_2024")).toBe(join(root, "sales", "orders_2024"));
    expect(datasetDirectory(root, "Sales.a b")).toBe(join(root, "%53ales", "a%20b"));
    expect(datasetDirectory(root, "orders")).toBe(join(root, "%none", "orders"));
    expect(datasetDirectory(root, ".orders")).toBe(join(root, "%empty", "orders"));
    expect(datasetDirectory(root, "con.x")).toBe(join(root, "%63on", "x"));
  });

  test("is another for another table, whatever its case, and lies two folders below the root", () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(fc.array(names, { minLength: 1, maxLength: 6 }), (tables) => {
        for (const table of tables) {
          const path = datasetDirectory(root, table);
          expect(path).toBe(path.toLowerCase());
          const parts = relative(root, path).split(sep);
          expect(parts).toHaveLength(2);
          for (const part of parts) {
            expect(part).toMatch(/^[a-z0-9_%-]{1,200}$/);
            expect(part).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)$/);
          }
          expect(seen.get(path) ?? table).toBe(table);
          seen.set(path, table);
        }
      }),
      { seed: 20261127, numRuns: 600 },
    );
    expect(seen.size).toBeGreaterThan(1000);
  });

  test("tells the table, unless its name is long", () => {
    fc.assert(
      fc.property(names, (table) => {
        const path = datasetDirectory(root, table);
        const found = tableOfDirectory(basename(dirname(path)), basename(path));
        if (path.includes("%-")) expect(found).toBeUndefined();
        else expect(found).toBe(table);
      }),
      { seed: 20261128, numRuns: 1000 },
    );
  });

  test("tells nothing where it is not one of ours", () => {
    for (const folder of ["%4", "%zz", "A", "%41%", "a b", "%61", "", "..", "%ed%a0%80%ed%b0%80"]) {
      expect(tableOfDirectory(folder, "x"), folder).toBeUndefined();
      expect(tableOfDirectory("x", folder), folder).toBeUndefined();
    }
  });
});
