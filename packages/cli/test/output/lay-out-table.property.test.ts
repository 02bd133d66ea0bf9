import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellWidth, fitted, shownSafely } from "../../src/output/cell-width.js";
import { type Column, layOutTable } from "../../src/output/lay-out-table.js";
import { wrapText } from "../../src/output/wrap-text.js";

const text = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ maxLength: 20, unit: "grapheme" }),
  fc.constant("漢字 🎉"),
);
const column: fc.Arbitrary<Column> = fc.record(
  {
    title: fc.string({ maxLength: 12, unit: fc.constantFrom("A", "B", " ") }),
    align: fc.constantFrom("left" as const, "right" as const),
    narrowsTo: fc.integer({ min: 1, max: 12 }),
    leftOut: fc.integer({ min: 1, max: 5 }),
  },
  { requiredKeys: ["title"] },
);
const table = fc
  .array(column, { minLength: 1, maxLength: 6 })
  .chain((columns) =>
    fc.tuple(
      fc.constant(columns),
      fc.array(fc.array(text, { minLength: columns.length, maxLength: columns.length }), { maxLength: 8 }),
    ),
  );

describe("tables", () => {
  it("never are wider than the terminal", () => {
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 120 }), ([columns, rows], width) => {
        for (const line of layOutTable(columns, rows, width)) expect(cellWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  it("show every cell in full where there is room", () => {
    fc.assert(
      fc.property(table, ([columns, rows]) => {
        const lines = layOutTable(columns, rows, Number.POSITIVE_INFINITY);
        expect(lines).toHaveLength(rows.length + 1);
        rows.forEach((row, at) => {
          for (const cell of row) expect(lines[at + 1]).toContain(shownSafely(cell).trim());
        });
      }),
    );
  });

  it("align: a column begins in the same cell in every line", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 6 }), (rows) => {
        const lines = layOutTable(
          [{ title: "A" }, { title: "B" }],
          rows.map(([a]) => [a, "|"]),
          Number.POSITIVE_INFINITY,
        );
        const places = lines.slice(1).map((line) => cellWidth(line.slice(0, line.lastIndexOf("|"))));
        expect(new Set(places).size).toBe(1);
      }),
    );
  });
});

describe("texts", () => {
  it("are cut to so many cells, and only where they must be", () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 0, max: 40 }), (any, cells) => {
        const safe = shownSafely(any);
        const cut = fitted(safe, cells);
        expect(cellWidth(cut)).toBeLessThanOrEqual(cells);
        if (cellWidth(safe) <= cells) expect(cut).toBe(safe);
      }),
    );
  });

  it("are wrapped between words, and lose none", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom("a", "b", "漢") })),
        fc.integer({ min: 10, max: 60 }),
        (words, width) => {
          const lines = wrapText(words.join(" "), width);
          expect(lines.join(" ")).toBe(words.join(" "));
          for (const line of lines) if (line.includes(" ")) expect(cellWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
