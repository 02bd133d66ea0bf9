import { LarderError } from "@larder/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonTable } from "../../src/legacy/json-table.js";
import { fixture } from "./support/fixtures.js";

const read = (text: string) => jsonTable(Buffer.from(text), "node.json");

async function columnsOf(text: string): Promise<Record<string, unknown[]>> {
  const table = await read(text);
  return Object.fromEntries(
    table.schema.fields.map(({ name, type }, i) => [`${name} ${type}`, [...table.getChildAt(i)!]]),
  );
}

describe("a JSON file", () => {
  test("may be an array of records, whose missing members are null", async () => {
    expect(await columnsOf('[{"a": 1}, {"b": "x", "a": null}, {"b": "é\\n\\"\\\\"}]')).toEqual({
      "a Int64": [1n, null, null],
      "b Utf8": [null, "x", 'é\n"\\'],
    });
  });

  test("may be an object of columns", async () => {
    expect(await columnsOf('{"a": [true, null], "b": [1.5, 2]}')).toEqual({
      "a Bool": [true, null],
      "b Float64": [1.5, 2],
    });
  });

  test("may be lines of records, one or several", async () => {
    expect(await columnsOf('{"a": 1}\r\n\n{"a": 2}')).toEqual({ "a Int64": [1n, 2n] });
    expect(await columnsOf('{"a": 1, "b": null}\n')).toEqual({ "a Int64": [1n], "b Null": [null] });
  });

  test("keeps 64-bit integers that JavaScript's numbers do not hold", async () => {
    expect(
      await columnsOf('[{"a": 9223372036854775807, "b": 18446744073709551615}, {"a": -9223372036854775808, "b": 0}]'),
    ).toEqual({
      "a Int64": [9223372036854775807n, -9223372036854775808n],
      "b Uint64": [18446744073709551615n, 0n],
    });
  });

  test("keeps text as text, whatever it looks like", async () => {
    expect(await columnsOf('[{"a": "007", "b": "true", "c": "2024-01-01"}]')).toEqual({
      "a Utf8": ["007"],
      "b Utf8": ["true"],
      "c Utf8": ["2024-01-01"],
    });
  });

  test("may name columns anything, __proto__ too", async () => {
    const table = await read('[{"__proto__": 1, "": 2, "constructor": 3}]');
    expect(table.schema.fields.map(({ name }) => name)).toEqual(["__proto__", "", "constructor"]);
  });

  test("without records is a table without columns", async () => {
    const table = await read(" [ ] ");
    expect([table.numRows, table.numCols]).toEqual([0, 0]);
  });

  test.each([
    ['[{"a": 1}, {"a": "x"}]', "mixes numbers and text"],
    ['[{"a": 1}, {"a": true}]', "mixes booleans and numbers"],
    ['[{"a": [1]}]', "lists or objects"],
    ['[{"a": {"b": 1}}]', "lists or objects"],
    ['{"a": [1, 2], "b": [1]}', '"b" has 1'],
    ['{"a": [1], "b": 2}', "neither an array of records"],
    ["[1, 2]", "neither an array of records"],
    ["{}", "neither an array of records"],
    ["5", "neither an array of records"],
    ['[{"a": 1, "a": 2}]', 'two members named "a"'],
    ['[{"a": 9007199254740993}, {"a": 0.5}]', "9007199254740993"],
    ['[{"a": 18446744073709551617}]', "18446744073709551617"],
    ['[{"a": 0.1000000000000000055511151231257827}]', "0.10000000000"],
    ['[{"a": 1e400}]', "1e400"],
    ['[{"a": NaN}]', "not JSON"],
    ['[{"a": 1}', "not JSON"],
    ['{"a": 1}\n{"a": ', "line 2"],
    ["", "not JSON"],
    ['["\\ud800"]', "neither"],
    ['[{"a": "\\ud800"}]', "half a surrogate pair"],
    ["[".repeat(100_000), "not JSON"],
  ])("that can't be had exactly is refused: %.60j", async (text, words) => {
    const error = await read(text).catch((thrown: unknown) => thrown);
    expect(LarderError.isInstance(error), String(error)).toBe(true);
    expect(String(error)).toContain(words);
    expect(String(error)).toContain("node.json");
  });

  test("that pandas wrote has the values it was written from", async () => {
    const table = await jsonTable(fixture("pandas.json"), "pandas.json");
    expect(table.getChild("id")!.toArray()).toEqual(BigInt64Array.of(9223372036854775807n, -9223372036854775808n, 0n));
    expect([...table.getChild("note")!]).toEqual(['say "hi"', "two\nlines", "ż, ó"]);
  });

  test("of any records and white space comes back as they were", async () => {
    const cell = fc.record({
      n: fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(null)),
      s: fc.oneof(fc.string({ unit: "grapheme" }), fc.constant(null)),
      'k"\\': fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1 }), fc.constantFrom(0, 1, "\t"), async (records, space) => {
        const table = await read(JSON.stringify(records, null, space));
        const found = (name: string) =>
          [...table.getChild(name)!].map((value) => (typeof value === "bigint" ? Number(value) : value));
        for (const name of ["n", "s", 'k"\\'] as const) {
          // JSON writes -0 as 0.
          expect(found(name)).toEqual(records.map((record) => (record[name] === 0 ? 0 : record[name])));
        }
      }),
      { numRuns: 200 },
    );
  });
});
