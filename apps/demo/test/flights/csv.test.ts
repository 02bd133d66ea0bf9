import { describe, expect, it } from "vitest";
import { readCsv } from "../../src/flights/csv.js";

function rows(text: string, columns: readonly string[]): string[][] {
  const found: string[][] = [];
  readCsv(new TextEncoder().encode(text), "sample.csv", columns, (line, fields) => {
    found.push(fields.map((field) => line.text(field)));
  });
  return found;
}

describe("reading CSV", () => {
  it("finds columns by name, in any order", () => {
    expect(rows("a,b,c\n1,2,3\n4,5,6\n", ["c", "a"])).toEqual([
      ["3", "1"],
      ["6", "4"],
    ]);
  });

  it("understands quotes, doubled quotes, commas and line ends within quotes", () => {
    expect(rows('a,b\n"x, y","say ""hi"""\n"two\nlines",z\n', ["a", "b"])).toEqual([
      ["x, y", 'say "hi"'],
      ["two\nlines", "z"],
    ]);
  });

  it("reads Windows line ends, a byte order mark, a missing last line end and blank lines", () => {
    expect(rows("\u{feff}a,b\r\n1,2\r\n\r\n3,", ["a", "b"])).toEqual([
      ["1", "2"],
      ["3", ""],
    ]);
  });

  it("reads text of any language", () => {
    expect(rows("name,city\nÅrhus,東京\n", ["name", "city"])).toEqual([["Århus", "東京"]]);
  });

  it("names the columns that are missing and those that are there", () => {
    expect(() => rows("a,b\n1,2\n", ["a", "delay", "origin"])).toThrow(
      "sample.csv has no columns delay, origin; it has a, b. It needs a, delay, origin.",
    );
  });

  it("names the line that was cut short", () => {
    expect(() => rows("a,b\n1,2\n3", ["a"])).toThrow("Line 3 of sample.csv has 1 fields where its header has 2.");
  });

  it("names the line whose quote never closes", () => {
    expect(() => rows('a,b\n1,"2\n3,4\n', ["a"])).toThrow("Line 2 of sample.csv opens a quote that never closes.");
  });

  it("reads nothing from a file that is only a header", () => {
    expect(rows("a,b\n", ["a"])).toEqual([]);
  });
});
