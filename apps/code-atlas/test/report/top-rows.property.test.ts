import * as fc from "fast-check";
import { expect, it } from "vitest";
import { topRows } from "../../src/report/top-rows.js";

it("is the beginning of all rows in order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 })), fc.integer({ min: 1, max: 8 }), (numbers, count) => {
      const rows = numbers.map((_, row) => row);
      const sorted = [...rows].sort((a, b) => numbers[b]! - numbers[a]! || a - b);
      expect(topRows(rows, Int32Array.from(numbers), count)).toEqual(sorted.slice(0, count));
    }),
  );
});
