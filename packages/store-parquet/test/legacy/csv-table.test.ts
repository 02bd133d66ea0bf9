import { LarderError } from "@larder/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { csvTable } from "../../src/legacy/csv-table.js";
import { fixture } from "./support/fixtures.js";

const read = (text: string, options = {}) => csvTable(Buffer.from(text), "node.csv", options);

/** Types and values of the columns, as Arrow gives them. */
async function columnsOf(text: string): Promise<Record<string, unknown[]>> {
  const table = await read(text);
  return Object.fromEntries(
    table.schema.fields.map(({ name, type }, i) => [`${name} ${type}`, [...table.getChildAt(i)!]]),
  );
}

/** The type of a column with these cells. */
async function typeOf(...cells: string[]): Promise<string> {
  const table = await read(`only,more\n${cells.map((cell) => `${cell},x`).join("\n")}\n`);
  return String(table.schema.fields[0]!.type);
}

async function refusal(text: string | Uint8Array): Promise<string> {
  const error = await csvTable(Buffer.from(text as string), "node.csv").catch((thrown: unknown) => thrown);
  if (!LarderError.isInstance(error, "damaged-legacy")) throw new Error(`It was read, or failed with ${String(error)}`);
  return error.message;
}

describe("a CSV file", () => {
  test("keeps quoted commas, quotes, line ends and spaces in a cell", async () => {
    expect(await columnsOf('name,note\r\n"a, b","say ""hi"""\r\n"two\r\nlines", x \r\n')).toEqual({
      "name Utf8": ["a, b", "two\r\nlines"],
      "note Utf8": ['say "hi"', " x "],
    });
  });

  test("may begin with a byte order mark, end without a line end, and have lines that end in CRLF or LF", async () => {
    expect(await columnsOf("\ufeffa,b\n1,2\r\n3,4")).toEqual({ "a Int64": [1n, 3n], "b Int64": [2n, 4n] });
  });

  test("tells an empty cell, which is null, from a quoted empty text", async () => {
    expect(await columnsOf('a,b,c\nx,,1\n"",,\ny,,3\n')).toEqual({
      "a Utf8": ["x", "", "y"],
      "b Null": [null, null, null],
      "c Int64": [1n, null, 3n],
    });
  });

  test("with one column may have empty lines, which are nulls", async () => {
    expect(await columnsOf("a\n1\n\n3\n")).toEqual({ "a Int64": [1n, null, 3n] });
  });

  test("with a header alone has columns without rows", async () => {
    const table = await read("a,b\n");
    expect(table.numRows).toBe(0);
    expect(table.schema.fields.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  test("may be delimited by something else", async () => {
    expect((await read("a;b\n1,5;2\n", { delimiter: ";" })).getChild("a")!.get(0)).toBe("1,5");
  });

  test("may name columns anything, __proto__ too", async () => {
    const table = await read("__proto__,,constructor\n1,2,3\n");
    expect(table.schema.fields.map(({ name }) => name)).toEqual(["__proto__", "", "constructor"]);
    expect(table.getChildAt(0)!.get(0)).toBe(1n);
  });

  test.each([
    ["a,b\n1\n", "line 2"],
    ["a,b\n1,2,3\n", "line 2"],
    ["a,b\n1,2\n\n3,4\n", "line 3"],
    ['a\n"1\n', "Quote Not Closed"],
    ['a\nx"y\n', "Quote"],
    ['a\n"x"y\n', "Quote"],
    ["a\rb\r1\r", "carriage return"],
    ["a,b\n1\r,2\n", "row 1, the header being row 0, has a carriage return"],
    ["", "empty"],
    [Buffer.from("a\n\xff\n", "latin1"), "UTF-8"],
    [Buffer.from("\ufeffa\n1\n", "utf16le"), "UTF-16"],
  ])("that is not well formed is refused: %j", async (text, words) => {
    expect(await refusal(text)).toContain(words);
  });

  test("with two columns of one name is refused", async () => {
    await expect(read("a,a\n1,2\n")).rejects.toThrow('two columns are named "a"');
  });

  test("that pandas wrote has the values it was written from", async () => {
    const table = await csvTable(fixture("pandas.csv"), "pandas.csv");
    const shown = table.schema.fields.map(({ name, type }, i) => [name, String(type), [...table.getChildAt(i)!]]);
    expect(shown).toEqual([
      ["id", "Int64", [9223372036854775807n, -9223372036854775808n, 0n]],
      ["code", "Utf8", ["007", "12", null]],
      ["share", "Float64", [0.1, 1 / 3, null]],
      ["day", "Date32<DAY>", [Date.UTC(2024, 1, 29), null, 0]],
      ["note", "Utf8", ['say "hi"', "two\nlines", "ż, ó"]],
      ["ok", "Bool", [true, false, true]],
    ]);
  });
});

describe("the type of a column of CSV", () => {
  test.each([
    ["Int64", ["0", "-1", "9223372036854775807", "-9223372036854775808", ""]],
    ["Utf8", ["1", "9223372036854775808"]],
    ["Utf8", ["007", "8"]],
    ["Utf8", ["+1", "2"]],
    ["Utf8", ["1", "2 "]],
    ["Utf8", ['"1"', "2"]],
    ["Float64", ["1.5", "2", "-0.25", ""]],
    ["Float64", ["1.0", "nan", "inf", "-0.0", "1e-05", "1e+16"]],
    ["Float64", ["1.50", "2.25", "-0.00"]],
    ["Float64", ["NaN", "1e-7", "Infinity", "-0"]],
    ["Utf8", ["1.9", "1.10"]],
    ["Utf8", ["1e5", "2e7"]],
    ["Utf8", ["1.5", "9007199254740993"]],
    ["Utf8", ["0.1", "0.1000000000000000055511151231257827"]],
    ["Utf8", [".5", "1.5"]],
    ["Utf8", ["5.", "1.5"]],
    ["Utf8", ["nan", "inf"]],
    ["Utf8", ["0x10", "1"]],
    ["Utf8", ["1,5"].map((cell) => `"${cell}"`)],
    ["Bool", ["true", "false", ""]],
    ["Bool", ["True", "False"]],
    ["Bool", ["TRUE", "TRUE"]],
    ["Utf8", ["true", "False"]],
    ["Utf8", ["true", "1"]],
    ["Date32<DAY>", ["2024-02-29", "1969-12-31", "0000-01-01"]],
    ["Utf8", ["2023-02-29", "2024-01-01"]],
    ["Utf8", ["2024-1-1"]],
    ["Timestamp<SECOND>", ["2024-02-29T23:59:59", ""]],
    ["Timestamp<MILLISECOND, UTC>", ["2024-02-29T23:59:59.5Z"]],
    ["Timestamp<MICROSECOND, UTC>", ["2024-02-29 23:59:59.123456+00:00"]],
    ["Timestamp<NANOSECOND>", ["2024-02-29 23:59:59.123456789"]],
    ["Utf8", ["3024-02-29 23:59:59.123456789"]],
    ["Utf8", ["2024-02-29T23:59:59", "2024-02-29 23:59:59"]],
    ["Utf8", ["2024-02-29T24:00:00"]],
    ["Utf8", ["2024-02-29T23:59:60"]],
    ["Utf8", ["2024-02-29T23:59:59+02:00"]],
    ["Utf8", ["2024-02-29", "2024-02-29T23:59:59"]],
  ])("is %s for %j", async (type, cells) => {
    expect(await typeOf(...cells)).toBe(type);
  });

  test("is taken from all rows, however late one differs", async () => {
    const cells = Array.from({ length: 5000 }, (_, i) => String(i));
    expect(await typeOf(...cells)).toBe("Int64");
    expect(await typeOf(...cells, "1.5")).toBe("Float64");
    expect(await typeOf(...cells, "-")).toBe("Utf8");
  });

  test("keeps instants exactly, before 1970 and to the nanosecond", async () => {
    const table = await read("t\n1969-12-31T23:59:59.999999999\n1677-09-21T00:12:43.145224193\n");
    const { values } = table.getChild("t")!.data[0]!;
    expect([...(values as BigInt64Array)]).toEqual([-1n, -9223372036854775807n]);
  });

  test("gives numbers from which the cells can be written again", async () => {
    const cell = fc.oneof(
      fc.double().map(String),
      fc.bigInt(-(2n ** 64n), 2n ** 64n).map(String),
      fc.stringMatching(/^-?[0-9]{0,4}\.?[0-9]{0,20}(e-?[0-9]{1,3})?$/),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 6 }), async (cells) => {
        const table = await read(`a,b\n${cells.map((text) => `${text},x`).join("\n")}\n`);
        const { type } = table.schema.fields[0]!;
        const found = [...table.getChildAt(0)!] as (number | bigint | string | null)[];
        cells.forEach((text, row) => {
          const value = found[row]!;
          if (text === "") expect(value).toBeNull();
          else if (String(type) !== "Float64") expect(String(value)).toBe(text);
          else {
            const decimals = text.split(".")[1]?.length ?? 0;
            const ways = [
              Object.is(value, -0) ? "-0" : String(value),
              (value as number).toFixed(Math.min(decimals, 100)),
            ];
            const plain = (way: string): string =>
              way
                .replace(/\.0$/, "")
                .replace(/e([+-])0(\d)$/, "e$1$2")
                .replace(/^-0$/, "0");
            expect(ways.map(plain)).toContain(plain(text).replace(/^-(0\.0+)$/, "$1"));
          }
        });
      }),
      { numRuns: 400 },
    );
  });
});
