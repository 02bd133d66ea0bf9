import { LarderError } from "@larder/core";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { castColumn } from "../../../src/dataset/columns/cast-column.js";
import { columnTypeOf } from "../../../src/dataset/columns/column-type-of.js";
import { describeColumn } from "../../../src/dataset/columns/describe-column.js";
import { widenedType } from "../../../src/dataset/columns/widened-type.js";
import { rawValues } from "../../support/table-difference.js";

const seed = 20261127;
const typeNamed = (name: string) => columnTypeOf(arrow, name);

type Value = number | bigint | boolean | string | null;

/** Numbers that are hard on some type. */
const edges = [8, 16, 24, 31, 32, 53, 63, 64].flatMap((bits) => [
  2 ** bits,
  2 ** bits - 1,
  2 ** bits + 1,
  -(2 ** bits),
  -(2 ** bits) - 1,
]);
const bigEdges = [8n, 16n, 24n, 31n, 32n, 53n, 62n].flatMap((bits) => [
  2n ** bits,
  2n ** bits - 1n,
  2n ** bits + 1n,
  -(2n ** bits),
  -(2n ** bits) - 1n,
]);
const doubles = fc.oneof(fc.double(), fc.integer().map(Number), fc.constantFrom(0, -0, 0.5, 1, ...edges));
const longs = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -3n, max: 300n }),
  fc.constantFrom(0n, 1n, ...bigEdges),
);

/** Values of the numeric types and booleans, as Arrow gives them. */
const valuesOf: Readonly<Record<string, fc.Arbitrary<Value>>> = {
  Bool: fc.boolean(),
  Float64: doubles,
  Float32: doubles.map(Math.fround),
  Int64: longs,
  Uint64: longs.map((value) => BigInt.asUintN(64, value)),
  ...Object.fromEntries(
    [8, 16, 32].flatMap((bits) => {
      const some = fc.oneof(longs, fc.bigInt({ min: -2n, max: 2n }));
      return [
        [`Int${bits}`, some.map((value) => Number(BigInt.asIntN(bits, value)))],
        [`Uint${bits}`, some.map((value) => Number(BigInt.asUintN(bits, value)))],
      ];
    }),
  ),
};
const numeric = Object.keys(valuesOf);

/** A column of these values that begins somewhere in its memory, with anything below nulls. */
function column(type: arrow.DataType, values: readonly Value[], before: number): arrow.Data {
  const padded = [...values.slice(0, before), ...values, ...values.slice(0, 2)];
  const start = Math.min(before, values.length);
  if (values.length === 0) return arrow.makeData({ type: type as arrow.Int32, length: 0 });
  const { data } = arrow.vectorFromArray(padded as never[], type as arrow.Int32);
  return data[0]!.slice(start, values.length) as arrow.Data;
}

const columnOf = (names: readonly string[]) =>
  fc.constantFrom(...names).chain((name) => {
    const cells = fc.oneof(
      fc.array(fc.option(valuesOf[name]!, { freq: 6 }), { maxLength: 20 }),
      fc.array(valuesOf[name]!, { maxLength: 2 }),
    );
    return fc.record({ name: fc.constant(name), values: cells, before: fc.nat(9) });
  });

const boxed = (data: arrow.Data): unknown[] => [...new arrow.Vector([data])];

/** The same number in another type; `undefined` when it has none. One value at a time. */
function exactly(value: Value, from: string, to: string): Value | undefined {
  if (value === null || from === to) return value;
  if (from === "Bool") return to.startsWith("Float") ? undefined : exactly(value ? 1n : 0n, "", to);
  if (to === "Bool") return [false, true][[0, 1].indexOf(Number(value))];
  if (to.startsWith("Float")) {
    const number = to === "Float32" ? Math.fround(Number(value)) : Number(value);
    const isSame =
      typeof value === "bigint" ? Number.isFinite(number) && BigInt(number) === value : Object.is(number, value);
    return isSame ? number : undefined;
  }
  if (typeof value === "number" && (!Number.isInteger(value) || Object.is(value, -0))) return undefined;
  const whole = BigInt(value as number | bigint);
  const bits = Number(/\d+/.exec(to)![0]);
  const held = to.startsWith("U") ? BigInt.asUintN(bits, whole) : BigInt.asIntN(bits, whole);
  if (held !== whole) return undefined;
  return bits === 64 ? whole : Number(whole);
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("numbers are turned into another type", () => {
  test("each exactly, and the first that can't be is named with its row", () => {
    fc.assert(
      fc.property(columnOf(numeric), fc.constantFrom(...numeric), ({ name, values, before }, to) => {
        fc.pre(!(name === "Bool" && to.startsWith("Float")) && !(to === "Bool" && name.startsWith("Float")));
        const data = column(typeNamed(name), values, before);
        const expected = values.map((value) => exactly(value, name, to));
        const bad = expected.indexOf(undefined);
        if (bad < 0) {
          const cast = castColumn(arrow, data, typeNamed(to), "c");
          expect(boxed(cast)).toEqual(expected);
          expect(boxed(cast).every((value, row) => Object.is(value, expected[row]))).toBe(true);
          expect(cast.nullCount).toBe(values.filter((value) => value === null).length);
          return;
        }
        const error = thrownBy(() => castColumn(arrow, data, typeNamed(to), "c"));
        expect(LarderError.isInstance(error, "column-type")).toBe(true);
        const shown = Object.is(values[bad], -0) ? "-0" : String(values[bad]);
        expect((error as LarderError).facts).toEqual({
          column: "c",
          stored: to,
          given: name,
          detail: `row ${bad}: ${shown}`,
        });
      }),
      { seed, numRuns: 1500 },
    );
  });

  test("that it is widened to, whatever the values", () => {
    fc.assert(
      fc.property(columnOf(numeric), columnOf(numeric), (left, right) => {
        const columns = [left, right].map(({ name, values, before }) => column(typeNamed(name), values, before));
        const stored = columns.map((data) => describeColumn(new arrow.Field("c", data.type, true), [data]));
        const widened = widenedType(stored[0]!, stored[1]!);
        if (!widened) return;
        for (const [i, { name, values }] of [left, right].entries()) {
          const cast = castColumn(arrow, columns[i]!, typeNamed(widened.type), "c");
          const expected = values.map((value) => exactly(value, name, widened.type));
          expect(expected).not.toContain(undefined);
          expect(boxed(cast)).toEqual(expected);
        }
      }),
      { seed, numRuns: 800 },
    );
  });
});

describe("values are turned into text", () => {
  test("as JavaScript writes numbers and booleans, and back into the same", () => {
    fc.assert(
      fc.property(columnOf(numeric), fc.constantFrom("Utf8", "LargeUtf8"), ({ name, values, before }, to) => {
        const data = column(typeNamed(name), values, before);
        const texts = castColumn(arrow, data, typeNamed(to), "c");
        expect(boxed(texts)).toEqual(
          values.map((value) => (value === null ? null : Object.is(value, -0) ? "-0" : String(value))),
        );
        const back = boxed(castColumn(arrow, texts, data.type, "c"));
        expect(back.length).toBe(values.length);
        expect(back.every((value, row) => Object.is(value, values[row]))).toBe(true);
      }),
      { seed, numRuns: 500 },
    );
  });

  const units = ["SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND"];
  const instants = [
    "Date32<DAY>",
    "Date64<MILLISECOND>",
    ...units.flatMap((unit) => [`Timestamp<${unit}>`, `Timestamp<${unit}, UTC>`, `Timestamp<${unit}, Asia/Tokyo>`]),
  ];
  const instantColumn = fc.record({
    name: fc.constantFrom(...instants),
    values: fc.array(fc.option(fc.oneof(longs, fc.bigInt({ min: -(10n ** 12n), max: 10n ** 13n })), { freq: 6 }), {
      maxLength: 12,
    }),
    before: fc.nat(9),
  });
  /** Of any type whose values are one number each, from those numbers. */
  const instantsOf = ({
    name,
    values,
    before,
  }: {
    name: string;
    values: readonly (bigint | null)[];
    before: number;
  }) => {
    const isDay = name.startsWith("Date32");
    const numbers = values.map((value) => (value === null ? null : isDay ? Number(BigInt.asIntN(32, value)) : value));
    const bits = column(isDay ? new arrow.Int32() : new arrow.Int64(), numbers, before);
    return { data: bits.clone(typeNamed(name)) as arrow.Data, numbers };
  };

  test("as ISO 8601 has dates and timestamps, and back into the same", () => {
    fc.assert(
      fc.property(instantColumn, fc.constantFrom("Utf8", "LargeUtf8"), (recipe, to) => {
        const { data, numbers } = instantsOf(recipe);
        const texts = castColumn(arrow, data, typeNamed(to), "c");
        expect(rawValues(new arrow.Vector([castColumn(arrow, texts, data.type, "c")]))).toEqual(
          rawValues(new arrow.Vector([data])),
        );
        const perSecond =
          1000n **
          BigInt(
            Math.max(
              units.findIndex((unit) => recipe.name.includes(`<${unit}`)),
              0,
            ),
          );
        const isDay = recipe.name.startsWith("Date32");
        for (const [row, text] of boxed(texts).entries()) {
          const number = numbers[row];
          expect(text === null).toBe(number === null);
          if (number === null || number === undefined) continue;
          // The calendar of JavaScript, as far as it goes, for the milliseconds that are there.
          const milliseconds = isDay ? BigInt(number) * 86_400_000n : (BigInt(number) * 1000n) / perSecond;
          const isWhole = isDay || milliseconds * perSecond === BigInt(number) * 1000n;
          if (!isWhole || milliseconds > 8.64e15 || milliseconds < -8.64e15) continue;
          const iso = new Date(Number(milliseconds)).toISOString();
          const zone = recipe.name.includes(", ") ? "Z" : "";
          const decimals = String(perSecond).length - 1;
          const fraction = iso.slice(-4, -1).padEnd(decimals, "0").slice(0, decimals);
          expect(text).toBe(
            isDay ? iso.slice(0, -14) : `${iso.slice(0, -5)}${decimals > 0 ? "." : ""}${fraction}${zone}`,
          );
        }
      }),
      { seed, numRuns: 500 },
    );
  });

  test("while dates and timestamps are turned into each other where that is exact", () => {
    const nanoseconds: Record<string, bigint> = {
      DAY: 86_400n * 10n ** 9n,
      SECOND: 10n ** 9n,
      MILLISECOND: 10n ** 6n,
      MICROSECOND: 1000n,
      NANOSECOND: 1n,
    };
    const unitOf = (name: string) => nanoseconds[/<(\w+)/.exec(name)![1]!]!;
    const zoneOf = (name: string) =>
      name.startsWith("Date") ? "date" : name.includes("UTC") ? "utc" : name.includes("Tokyo") ? "zone" : "none";
    const meeting = ["date date", "date none", "date utc", "none none", "utc utc", "utc zone", "zone zone"];
    fc.assert(
      fc.property(
        instantColumn,
        fc.constantFrom(...instants),
        fc.constantFrom(1n, 1000n, 10n ** 6n, 86_400_000n),
        (recipe, to, step) => {
          const stepped = recipe.values.map((value) => value && BigInt.asIntN(64, value - (value % step)));
          const { data, numbers } = instantsOf({ ...recipe, values: stepped });
          const meet = meeting.includes([zoneOf(recipe.name), zoneOf(to)].sort().join(" "));
          const expected = numbers.map((number) => {
            if (number === null || recipe.name === to) return number;
            const total = BigInt(number) * unitOf(recipe.name);
            const units = total / unitOf(to);
            const isHeld = BigInt.asIntN(to.startsWith("Date32") ? 32 : 64, units) === units;
            return isHeld && units * unitOf(to) === total ? units : undefined;
          });
          if (!meet || expected.includes(undefined)) {
            const error = thrownBy(() => castColumn(arrow, data, typeNamed(to), "c"));
            expect(LarderError.isInstance(error, "column-type")).toBe(true);
            const bad = expected.indexOf(undefined);
            expect((error as LarderError).facts.detail).toBe(meet ? `row ${bad}: ${numbers[bad]}` : undefined);
            return;
          }
          const cast = castColumn(arrow, data, typeNamed(to), "c");
          const plain = cast.clone((to.startsWith("Date32") ? new arrow.Int32() : new arrow.Int64()) as never);
          expect(boxed(plain).map((value) => (value === null ? null : BigInt(value as number)))).toEqual(
            expected.map((value) => (value === null ? null : BigInt(value!))),
          );
        },
      ),
      { seed, numRuns: 800 },
    );
  });
});

describe("text is turned into numbers", () => {
  const decimal = fc
    .tuple(fc.constantFrom("", "-"), fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.integer({ min: 0, max: 22 }))
    .map(([sign, digits, decimals]) => {
      const padded = String(digits).padStart(decimals + 1, "0");
      return `${sign}${padded.slice(0, padded.length - decimals)}${decimals > 0 ? `.${padded.slice(-decimals)}` : ""}`;
    });
  const texts = (values: string[]) => arrow.vectorFromArray(values, new arrow.Utf8()).data[0] as arrow.Data;

  test("where 15 digits are enough, always the number JavaScript reads", () => {
    fc.assert(
      fc.property(fc.array(decimal, { minLength: 1, maxLength: 9 }), (values) => {
        const short = values.filter((text) => text.replace(/\D/g, "").replace(/^0+/, "").length <= 15);
        fc.pre(short.length > 0);
        expect(boxed(castColumn(arrow, texts(short), new arrow.Float64(), "c"))).toEqual(short.map(Number));
      }),
      { seed, numRuns: 500 },
    );
  });

  test("never two of as many digits into the same number", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 10n ** 15n, max: 10n ** 19n }),
        fc.bigInt({ min: 1n, max: 3n }),
        fc.nat(19),
        fc.constantFrom("Float64", "Float32"),
        (digits, apart, decimals, to) => {
          // Zeros at the end are no digits: 0.50 and 0.5 are the same number.
          fc.pre(digits % 10n !== 0n && (digits + apart) % 10n !== 0n);
          const pair = [digits, digits + apart].map((number) => {
            const padded = String(number).padStart(20, "0");
            return `${padded.slice(0, 20 - decimals)}.${padded.slice(20 - decimals)}`;
          });
          const read = pair.map((text) => {
            let value: unknown;
            const error = thrownBy(() => {
              value = boxed(castColumn(arrow, texts([text]), typeNamed(to), "c"))[0];
            });
            return error ? text : value;
          });
          expect(read[0]).not.toBe(read[1]);
        },
      ),
      { seed, numRuns: 800 },
    );
  });

  test("whole ones only where they are written in the usual way and fit", () => {
    const some = fc.oneof(
      longs.map(String),
      fc.string({ unit: fc.constantFrom("0", "1", "9", "-", "+", " ", ".", "e"), maxLength: 5 }),
      fc.bigInt().map(String),
    );
    const ints = numeric.filter((name) => /int/i.test(name));
    fc.assert(
      fc.property(some, fc.constantFrom(...ints), (text, to) => {
        const isUsual = /^-?\d+$/.test(text) && String(BigInt(text)) === text;
        const expected = isUsual ? exactly(BigInt(text), "", to) : undefined;
        const cast = () => castColumn(arrow, texts([text]), typeNamed(to), "c");
        if (expected === undefined) expect(LarderError.isInstance(thrownBy(cast), "column-type")).toBe(true);
        else expect(boxed(cast())).toEqual([expected]);
      }),
      { seed, numRuns: 800 },
    );
  });
});
