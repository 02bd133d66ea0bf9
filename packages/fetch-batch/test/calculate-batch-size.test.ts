import { expect, test } from "vitest";
import { calculateBatchSize } from "../src/index.js";

test("a batch is a hundredth of what is missing, rounded up, and at least 100", () => {
  expect([0, 1, 100, 9_999, 10_000, 10_001, 1_000_000].map((missing) => calculateBatchSize(missing))).toEqual([
    100, 100, 100, 100, 100, 101, 10_000,
  ]);
});

test("a size of one's own is taken as it is", () => {
  expect(calculateBatchSize(1_000_000, 1)).toBe(1);
  expect(calculateBatchSize(5, 7_000)).toBe(7_000);
});

test("a size that is no whole number above 0 is refused", () => {
  for (const size of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => calculateBatchSize(10, size)).toThrow(/batchSize.*1 or more/);
  }
  expect(() => calculateBatchSize(-1)).toThrow(/0 or more/);
});
