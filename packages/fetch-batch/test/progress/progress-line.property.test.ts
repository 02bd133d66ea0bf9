import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { displayWidth } from "../../src/progress/display-width.js";
import { humanTime } from "../../src/progress/human-time.js";
import { progressLine } from "../../src/progress/progress-line.js";
import { progressAt } from "./progress-events.js";

const plain = { cells: 120, colour: false, bar: false };

describe("the line of progress", () => {
  it("tells rows, batches, rate, and time to go", () => {
    expect(progressLine(progressAt(4), plain)).toBe(
      "shop.orders 40% · 400 of 1,000 rows · batch 4 of 10 · 2,000 rows/s · 0.3 s left",
    );
    expect(progressLine(progressAt(0), plain)).toBe("shop.orders 0% · 0 of 1,000 rows · batch 0 of 10");
    expect(progressLine(progressAt(10), plain)).toBe(
      "shop.orders 100% · 1,000 of 1,000 rows · batch 10 of 10 · 2,000 rows/s · in 0.5 s",
    );
    expect(progressLine(progressAt(5), { ...plain, bar: true, label: "orders" })).toMatch(/^orders █{10}░{10} 50% · /);
  });

  it("says 100% only when all batches are done", () => {
    expect(progressLine(progressAt(9, { rowsDone: 1000 }), plain)).toContain("99%");
    expect(progressLine(progressAt(10, { rowsDone: 900 }), plain)).toContain("100%");
  });

  it("never is wider than the terminal, has no control characters, and tells the share where there is room", () => {
    const event = fc
      .record({
        table: fc.string({ unit: "grapheme", maxLength: 60 }),
        batchesDone: fc.nat(10),
        batchesTotal: fc.nat(10),
        rowsDone: fc.nat(),
      })
      .map((some) =>
        progressAt(some.batchesDone, { ...some, rowsTotal: some.rowsDone + 5, rowsPerSecond: some.rowsDone * 1.7 }),
      );
    fc.assert(
      fc.property(
        event,
        fc.integer({ min: 1, max: 200 }),
        fc.boolean(),
        fc.option(fc.string({ unit: "binary" })),
        (some, cells, bar, label) => {
          const line = progressLine(some, { cells, colour: false, bar, label: label ?? undefined });
          expect(displayWidth(line)).toBeLessThanOrEqual(cells);
          expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u);
          if (cells >= 10) expect(line).toMatch(/\d+%/);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("counts wide characters as two cells, and combining ones as none", () => {
    expect([
      displayWidth("abc"),
      displayWidth("漢字"),
      displayWidth("e\u0301"),
      displayWidth("👩‍👩‍👧 x"),
      displayWidth(""),
    ]).toEqual([3, 4, 1, 4, 0]);
  });

  it("tells durations for a person", () => {
    expect([0, 420, 999, 12_300, 60_000, 185_000, 3_600_000, 7_860_000].map(humanTime)).toEqual([
      "0.0 s",
      "0.4 s",
      "1 s",
      "12 s",
      "1 min",
      "3 min 5 s",
      "1 h",
      "2 h 11 min",
    ]);
  });
});
