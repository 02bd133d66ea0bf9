import { type DataType, Dictionary, Int16, Int32, LargeUtf8, Utf8, type Vector, vectorFromArray } from "apache-arrow";
import { describe, expect, it } from "vitest";
import { nameColumn } from "../../src/flights/name-column.js";

const parts = [
  ["JFK", "BOS", "JFK"],
  ["SEA", null, "BOS"],
  ["SEA", "JFK", "Århus"],
] as const;

describe("a column of names in several batches", () => {
  it.each([
    ["text", () => new Utf8()],
    ["text with long offsets", () => new LargeUtf8()],
    ["dictionaries of their own, short indices", () => new Dictionary(new Utf8(), new Int16())],
    ["dictionaries of their own, long indices", () => new Dictionary(new Utf8(), new Int32())],
  ])("has one numbering for all of them: %s", (_, typeOf) => {
    // A type is made for each part, so that each has its own dictionary.
    const vectors = parts.map((part) => vectorFromArray([...part], typeOf() as DataType));
    const column = vectors[0]!.concat(...(vectors.slice(1) as Vector[]));
    expect(column.data.length).toBe(3);
    const incomplete = new Uint8Array(column.length);
    const { indices, names } = nameColumn("sample.parquet", "origin", column, incomplete);
    const told = Array.from(indices, (index, row) => (incomplete[row] === 1 ? null : names[index]));
    expect(told).toEqual(parts.flat());
    expect(new Set(names).size).toBe(names.length);
  });

  it("may hold nothing at all", () => {
    const { indices } = nameColumn("sample.parquet", "origin", vectorFromArray([], new Utf8()), new Uint8Array(0));
    expect(indices.length).toBe(0);
  });
});
