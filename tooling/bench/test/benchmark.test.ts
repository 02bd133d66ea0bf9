import { describe, expect, it } from "vitest";
import { type Measured, median, toResult } from "../src/benchmark.js";
import { figure } from "../src/result-table.js";

const measured = (change: Partial<Measured> = {}): Measured => ({
  benchmark: "store",
  case: "a hit",
  unit: "µs",
  samples: { ours: [9, 1, 4], lmdb: [2, 2, 8] },
  peakMegabytes: 100,
  ...change,
});

describe("median", () => {
  it("is the middle figure, or the mean of the two in the middle", () => {
    expect(median([5, 1, 100])).toBe(5);
    expect(median([10, 9, 100, 1])).toBe(9.5);
    expect(median([])).toBeNaN();
  });
});

describe("toResult", () => {
  it("compares medians: a ratio is ours divided by the peer's", () => {
    expect(toResult(measured())).toMatchObject({
      ours: 4,
      peers: { lmdb: 2 },
      ratios: { lmdb: 2 },
      runs: 3,
      goal: null,
    });
  });

  it("says whether an aim was reached, be it a ratio, a difference or a figure of our own", () => {
    const aim = (goal: Measured["goal"] & object) => toResult(measured({ goal }));
    expect(aim({ peer: "lmdb", ratio: 2 })).toMatchObject({ goal: "at most 2 × lmdb", met: true });
    expect(aim({ peer: "lmdb", ratio: 1.9 })).toMatchObject({ met: false });
    expect(aim({ peer: "lmdb", more: 2 })).toMatchObject({ goal: "at most 2 µs more than lmdb", met: true });
    expect(aim({ peer: "lmdb", more: 1 })).toMatchObject({ met: false });
    expect(aim({ ours: 4 })).toMatchObject({ goal: "at most 4 µs", met: true });
    expect(aim({ ours: 3 })).toMatchObject({ met: false });
  });

  it("holds ours against the better of several, and against several aims at once, each with its verdict", () => {
    const aim = (goal: Measured["goal"] & object) =>
      toResult(measured({ goal, samples: { ours: [4], lmdb: [2], sqlite: [10] } }));
    const engines = ["sqlite", "lmdb", "redis"];
    expect(aim({ betterOf: engines, ratio: 2 })).toMatchObject({
      goal: "at most 2 × the better of sqlite and lmdb and redis",
      met: true,
    });
    expect(aim({ betterOf: engines, ratio: 1.9 }).met).toBe(false);
    expect(aim({ betterOf: ["redis"], ratio: 9 }).met).toBe(false);
    const both = aim({
      all: [
        { peer: "sqlite", ratio: 0.5 },
        { peer: "lmdb", ratio: 0.5 },
      ],
    });
    expect(both).toMatchObject({
      goal: "at most 0.5 × sqlite (reached); at most 0.5 × lmdb (not reached)",
      met: false,
    });
  });

  it("takes an aim at a peer that was not measured for missed, and refuses a case without a figure", () => {
    expect(toResult(measured({ goal: { peer: "redis", ratio: 2 } })).met).toBe(false);
    expect(() => toResult(measured({ samples: { lmdb: [1] } }))).toThrow("no figure");
  });
});

describe("figure", () => {
  it.each([
    [1234.56, "1235"],
    [45.678, "45.7"],
    [3.456, "3.46"],
    [0.012345, "0.0123"],
  ])("shows %d as %s", (value, text) => {
    expect(figure(value)).toBe(text);
  });
});
