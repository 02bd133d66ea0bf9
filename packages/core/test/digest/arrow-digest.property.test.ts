import { inspect } from "node:util";
import { valueDigest } from "@larder/core";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { columnKinds, makeColumn, makeColumnInPieces, randomRows } from "./arrow-columns.js";
import { createChance } from "./seeded-values.js";

const seed = 20260324;
const runs = { seed, numRuns: 60 };
const kinds = Object.entries(columnKinds);

/** What a program sees of a value. */
const seen = (value: unknown) => inspect(value, { depth: 10, maxArrayLength: 100 });

describe(`the digest of an Arrow column (seed ${seed})`, () => {
  it.each(kinds)("of type %s does not depend on batches, offsets, dictionaries or what lies under nulls", (_, kind) => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 60 }), (order, length) => {
        const chance = createChance(order);
        const rows = randomRows(chance, length);
        const whole = makeColumn(kind, rows);
        const pieces = makeColumnInPieces(kind, rows, chance);
        expect(pieces.length).toBe(length);
        expect(valueDigest(pieces)).toBe(valueDigest(whole));
        for (const vector of [whole, pieces]) for (const data of vector.data) spoilNulls(data, chance);
        expect(valueDigest(pieces)).toBe(valueDigest(whole));
        expect(valueDigest(arrow.vectorFromArray([1, 2]))).not.toBe(valueDigest(whole));
      }),
      runs,
    );
  });

  it.each(kinds)("of type %s changes with any one value, null or row", (_, kind) => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (order, length) => {
        const chance = createChance(order);
        const rows = randomRows(chance, length);
        const digest = valueDigest(makeColumn(kind, rows));
        const at = chance.below(length);
        const old = rows[at];
        const next = chance.below(3) === 0 ? null : chance.below(20);
        const differs =
          (old === null) !== (next === null) ||
          (old != null && next != null && seen(kind.value(old)) !== seen(kind.value(next)));
        const changed = rows.with(at, next);
        expect(valueDigest(makeColumnInPieces(kind, changed, chance)) === digest).toBe(!differs);
        expect(valueDigest(makeColumn(kind, [...rows, 1]))).not.toBe(digest);
        expect(valueDigest(makeColumn(kind, [...rows, null]))).not.toBe(digest);
        expect(valueDigest(makeColumn(kind, rows.slice(1)))).not.toBe(digest);
      }),
      runs,
    );
  });

  it("of a table does not depend on its batches, and changes with any value in any column", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 50 }), (order, length) => {
        const chance = createChance(order);
        const chosen = kinds.filter(() => chance.below(6) === 0);
        const rows = chosen.map(() => randomRows(chance, length));
        const whole = new arrow.Table(
          Object.fromEntries(chosen.map(([name, kind], at) => [name, makeColumn(kind, rows[at]!)])),
        );
        const pieces = new arrow.Table(
          Object.fromEntries(chosen.map(([name, kind], at) => [name, makeColumnInPieces(kind, rows[at]!, chance)])),
        );
        expect(valueDigest(pieces)).toBe(valueDigest(whole));
        const cut = chance.below(length + 1);
        const cutTable = new arrow.Table(whole.schema, [...whole.slice(0, cut).batches, ...whole.slice(cut).batches]);
        expect(valueDigest(cutTable)).toBe(valueDigest(whole));
        if (chosen.length === 0) return;
        const at = chance.below(chosen.length);
        const row = chance.below(length);
        const changed = rows.with(at, rows[at]!.with(row, rows[at]![row] === null ? 1 : null));
        const other = new arrow.Table(
          Object.fromEntries(chosen.map(([name, kind], index) => [name, makeColumn(kind, changed[index]!)])),
        );
        expect(valueDigest(other)).not.toBe(valueDigest(whole));
      }),
      { seed, numRuns: 200 },
    );
  });
});

/** Writes garbage where nulls are, as deep as it can be reached. */
function spoilNulls(data: arrow.Data, chance: ReturnType<typeof createChance>): void {
  const values = data.values as { [index: number]: number | bigint; length: number } | undefined;
  const fixedWidth =
    values !== undefined &&
    !data.valueOffsets &&
    !arrow.DataType.isBool(data.type) &&
    !arrow.DataType.isDictionary(data.type);
  for (let row = 0; row < data.length; row++) {
    if (data.getValid(row)) continue;
    if (fixedWidth) {
      for (let at = row * data.stride; at < (row + 1) * data.stride && at < values.length; at++) {
        values[at] = typeof values[at] === "bigint" ? BigInt(chance.below(1000)) : chance.below(200);
      }
    }
    if (arrow.DataType.isBool(data.type) && values !== undefined) {
      const bit = data.offset + row;
      (values as Uint8Array)[bit >> 3]! ^= 1 << (bit & 7);
    }
    if (arrow.DataType.isStruct(data.type)) {
      for (const child of data.children) {
        if (child.values instanceof Int32Array && row < child.values.length) child.values[row] = chance.below(1000);
      }
    }
  }
}
