import fc from "fast-check";
import { expect, test } from "vitest";
import { drawRows } from "../../src/scan/draw-rows.js";

test("a sample is ascending, of distinct rows, of the size asked for, and the same for the same seed", () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), fc.maxSafeInteger(), (rows, count, seed) => {
      const drawn = drawRows(rows, count, seed);
      expect(drawn.length).toBe(Math.min(rows, count));
      drawn.forEach((row, i) => {
        expect(Number.isInteger(row) && row >= 0 && row < rows && (i === 0 || row > drawn[i - 1]!)).toBe(true);
      });
      expect(drawRows(rows, count, seed)).toEqual(drawn);
    }),
  );
});

test("a sample of all rows but a few is as long as asked", () => {
  for (const [rows, count] of [
    [127, 126],
    [10_000, 9_999],
    [10_000, 9_800],
  ] as const) {
    expect(drawRows(rows, count, 5).length).toBe(count);
    expect(new Set(drawRows(rows, count, 5)).size).toBe(count);
  }
});

test("every row is drawn as often as any other, whether few or most are drawn, and pairs too", () => {
  for (const count of [3, 8]) {
    const rows = 10;
    const rounds = 20_000;
    const single = new Float64Array(rows);
    let adjacent = 0;
    for (let seed = 0; seed < rounds; seed++) {
      const drawn = drawRows(rows, count, seed);
      for (const row of drawn) single[row]!++;
      if (drawn.includes(0) && drawn.includes(1)) adjacent++;
    }
    // More than five standard deviations away would be no chance.
    const share = count / rows;
    const spread = 5 * Math.sqrt(rounds * share * (1 - share));
    for (const times of single) expect(Math.abs(times - rounds * share)).toBeLessThan(spread);
    const pairShare = (share * (count - 1)) / (rows - 1);
    expect(Math.abs(adjacent - rounds * pairShare)).toBeLessThan(5 * Math.sqrt(rounds * pairShare * (1 - pairShare)));
  }
});

test("different seeds draw different rows, also beyond 32 bits", () => {
  const drawn = [0, 1, -1, 2 ** 32, 2 ** 40].map((seed) => drawRows(1e12, 5, seed).join());
  expect(new Set(drawn).size).toBe(5);
});
