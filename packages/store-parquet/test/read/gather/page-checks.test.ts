import { LarderError } from "@larder/core";
import { describe, expect, test } from "vitest";
import { indexPlaces } from "../../../src/read/gather/indexed-places.js";
import { locateSlices } from "../../../src/read/gather/locate-slices.js";
import { placeRows } from "../../../src/read/gather/page-places.js";
import { pageSource } from "../../../src/read/gather/page-source.js";
import { workspace } from "../../../src/read/gather/workspace.js";

const damaged = expect.objectContaining({ code: "damaged-parquet" });

describe("what a page says of itself is not taken for granted", () => {
  test("an index beyond the dictionary", () => {
    const places = Int32Array.of(0, -1, 1);
    expect(() => indexPlaces(Uint8Array.of(2, 3), 3, places, 0, 3)).toThrow(damaged);
    expect(() => indexPlaces(Int32Array.of(0, -1), 3, Int32Array.of(0, 1), 0, 2)).toThrow(LarderError);
    const good = Int32Array.of(0, -1, 1);
    indexPlaces(Uint8Array.of(2, 1), 3, good, 0, 3);
    expect([...good]).toEqual([2, -1, 1]);
  });

  test.each([
    ["negative", [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]],
    ["beyond the page", [5, 0, 0, 0, 1, 2, 3, 4]],
    ["missing", [1, 0, 0, 0, 9, 0, 0]],
  ])("a length that is %s", (_, bytes) => {
    const space = workspace(1);
    space.places[0] = 1;
    expect(() => locateSlices({ kind: "prefixed", bytes: Uint8Array.from(bytes) }, space, 0, 1)).toThrow(damaged);
  });

  test.each([
    // Blocks of 128 values in 4 miniblocks, two values, the first 5; then 3 less with no bits for a delta.
    ["sum up to more than is there", [128, 1, 4, 2, 10, 5, 0, 0, 0, 0, 1, 2, 3, 4]],
    ["are negative", [128, 1, 4, 2, 2, 5, 0, 0, 0, 0, 1, 2, 3, 4]],
  ])("lengths in front that %s", (_, bytes) => {
    const parts = { entries: 2, encoding: "DELTA_LENGTH_BYTE_ARRAY" as const, values: Uint8Array.from(bytes) };
    const leaf = { name: "a", type: "BYTE_ARRAY" as const };
    expect(() => pageSource(leaf, parts, 2, workspace(2))).toThrow(damaged);
  });

  test("rows that a page does not have", () => {
    const places = new Int32Array(2);
    const rows = Int32Array.of(10, 19);
    const wanted = { rows, from: 0, to: 2, firstRow: 10 };
    expect(placeRows(wanted, 10, undefined, places)).toEqual({ present: 10, nulls: 0 });
    expect([...places]).toEqual([0, 9]);
    expect(() => placeRows(wanted, 9, undefined, places)).toThrow(damaged);
    expect(() => placeRows({ ...wanted, firstRow: 11 }, 10, undefined, places)).toThrow(damaged);
    const validity = Uint8Array.of(0b1111_1101, 0b10);
    expect(placeRows(wanted, 10, validity, places)).toEqual({ present: 8, nulls: 0 });
    expect([...places]).toEqual([0, 7]);
  });
});
