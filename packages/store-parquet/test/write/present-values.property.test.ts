import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesBounds } from "../../src/write/bytes-bounds.js";
import type { GatheredRows, GatheredValues } from "../../src/write/gather-column.js";
import { type PresentValues, presentValues } from "../../src/write/present-values.js";
import { plainBody } from "../../src/write/value-bodies.js";

const seed = 20_261_129;

/** One value for each row: its bytes, which a null may have too. */
interface Row {
  readonly bytes: number[];
  readonly isNull: boolean;
}

const rowsOf = (bytes: fc.Arbitrary<number[]>): fc.Arbitrary<Row[]> =>
  fc.array(fc.record({ bytes, isNull: fc.boolean() }), { minLength: 1, maxLength: 60 });

const byte = fc.integer({ min: 0, max: 255 });

function gathered(rows: readonly Row[], values: GatheredValues): GatheredRows {
  const validity = new Uint8Array((rows.length + 7) >> 3);
  rows.forEach(({ isNull }, i) => {
    if (!isNull) validity[i >> 3]! |= 1 << (i & 7);
  });
  const nullCount = rows.filter(({ isNull }) => isNull).length;
  return { rows: rows.length, nullCount, values, ...(nullCount > 0 && { validity }) };
}

/** The values of a stretch of rows, and what they must be. */
function taken(rows: readonly Row[], values: GatheredValues, cut: readonly [number, number]) {
  const start = cut[0] % rows.length;
  const end = start + 1 + (cut[1] % (rows.length - start));
  const wanted = rows.slice(start, end);
  const nullCount = wanted.filter(({ isNull }) => isNull).length;
  const expected = wanted.filter(({ isNull }) => !isNull).map(({ bytes }) => bytes);
  return { found: presentValues(gathered(rows, values), start, end, nullCount), expected };
}

const cuts = fc.tuple(fc.nat(), fc.nat());

function bytesValues(rows: readonly Row[], isLarge: boolean, lead: number): GatheredValues {
  const offsets = [lead];
  for (const { bytes } of rows) offsets.push(offsets.at(-1)! + bytes.length);
  const bytes = Uint8Array.from([...new Array<number>(lead).fill(9), ...rows.flatMap((row) => row.bytes), 9, 9]);
  return { kind: "bytes", bytes, offsets: isLarge ? BigInt64Array.from(offsets, BigInt) : Int32Array.from(offsets) };
}

function eachOf(values: PresentValues): number[][] {
  if (values.kind !== "bytes") throw new Error("no bytes");
  const { offsets, bytes } = values;
  return Array.from({ length: offsets.length - 1 }, (_, i) => [...bytes.subarray(offsets[i]!, offsets[i + 1]!)]);
}

describe(`values of rows, nulls left out (seed ${seed})`, () => {
  test("of text and bytes, whatever bytes nulls have", () => {
    const bytes = fc.oneof(fc.array(byte, { maxLength: 6 }), fc.array(byte, { minLength: 30, maxLength: 40 }));
    fc.assert(
      fc.property(
        rowsOf(bytes),
        fc.boolean(),
        fc.boolean(),
        fc.nat(5),
        cuts,
        (drawn, isLarge, emptyNulls, lead, cut) => {
          const rows = emptyNulls ? drawn.map((row) => (row.isNull ? { ...row, bytes: [] } : row)) : drawn;
          const { found, expected } = taken(rows, bytesValues(rows, isLarge, lead), cut);
          expect(eachOf(found)).toEqual(expected);
          const plain = expected.flatMap((value) => [value.length, 0, 0, 0, ...value]);
          expect([...plainBody(found)]).toEqual(plain);
        },
      ),
      { seed, numRuns: 500 },
    );
  });

  test("of every width, aligned or not", () => {
    const shapes = fc
      .constantFrom(1, 2, 3, 4, 8, 12, 16)
      .chain((width) => fc.tuple(fc.constant(width), rowsOf(fc.array(byte, { minLength: width, maxLength: width }))));
    fc.assert(
      fc.property(shapes, fc.nat(4), cuts, ([width, rows], lead, cut) => {
        const memory = Uint8Array.from([...new Array<number>(lead).fill(1), ...rows.flatMap((row) => row.bytes)]);
        const { found, expected } = taken(rows, { kind: "fixed", width, bytes: memory.subarray(lead) }, cut);
        expect([...plainBody(found)]).toEqual(expected.flat());
      }),
      { seed, numRuns: 500 },
    );
  });

  test("of bits, with zeros behind the last", () => {
    fc.assert(
      fc.property(rowsOf(fc.tuple(fc.nat(1))), cuts, (rows, cut) => {
        const bits = new Uint8Array((rows.length + 7) >> 3);
        rows.forEach((row, i) => {
          bits[i >> 3]! |= row.bytes[0]! << (i & 7);
        });
        const { found, expected } = taken(rows, { kind: "bits", bits }, cut);
        const wanted = new Uint8Array((expected.length + 7) >> 3);
        expected.forEach(([bit], i) => {
          wanted[i >> 3]! |= bit! << (i & 7);
        });
        expect(plainBody(found)).toEqual(wanted);
      }),
      { seed, numRuns: 500 },
    );
  });

  test("are views of the table's memory where no null is among them", () => {
    const bytes = new Uint8Array(64);
    const rows = (values: GatheredValues): GatheredRows => ({ rows: 16, nullCount: 0, values });
    const offsets = Int32Array.from({ length: 17 }, (_, i) => i * 4);
    for (const values of [
      { kind: "fixed", width: 4, bytes },
      { kind: "bits", bits: bytes.subarray(0, 2) },
      { kind: "bytes", bytes, offsets },
    ] as const) {
      const found = presentValues(rows(values), 8, 16, 0);
      const memory = found.kind === "bits" ? found.bits : found.kind === "nothing" ? undefined : found.bytes;
      expect(memory!.buffer).toBe(bytes.buffer);
    }
  });

  test.each<[string, number[], number]>([
    ["descend", [0, 5, 3, 6], 8],
    ["begin below 0", [-1, 5, 5, 6], 8],
    ["end behind the last byte", [0, 1, 2, 9], 8],
    ["end before they begin", [4, 4, 4, 2], 8],
    ["pass the end and come back", [0, 2, 9, 8], 8],
    ["leave 32 bits and come back", [0, 2 ** 32 + 1, 2, 6], 8],
  ])("offsets that %s are refused", (_, offsets, byteLength) => {
    const bytes = new Uint8Array(byteLength);
    for (const nullCount of [0, 1]) {
      const large = BigInt64Array.from(offsets, BigInt);
      for (const own of Math.max(...offsets) < 2 ** 31 ? [Int32Array.from(offsets), large] : [large]) {
        const column: GatheredRows = {
          rows: 3,
          nullCount,
          validity: Uint8Array.of(0b101),
          values: { kind: "bytes", bytes, offsets: own },
        };
        expect(() => presentValues(column, 0, 3, nullCount)).toThrow(expect.objectContaining({ code: "ragged-table" }));
      }
    }
  });

  test("text and bytes are bounded by their least and greatest, byte by byte", () => {
    const few = fc.constantFrom(0, 1, 0x7f, 0x80, 0xff);
    const values = fc.array(fc.array(few, { maxLength: 6 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(values, fc.nat(3), (lists, lead) => {
        const rows = lists.map((bytes) => ({ bytes, isNull: false }));
        const { offsets, bytes } = bytesValues(rows, false, lead) as { offsets: Int32Array; bytes: Uint8Array };
        const sorted = lists.map((list) => Uint8Array.from(list)).sort((left, right) => Buffer.compare(left, right));
        const { min, max } = bytesBounds(offsets, bytes, false)!;
        expect([[...min], [...max]]).toEqual([[...sorted[0]!], [...sorted.at(-1)!]]);
      }),
      { seed, numRuns: 1000 },
    );
  });
});
