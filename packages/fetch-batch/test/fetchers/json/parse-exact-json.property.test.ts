import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExactJson } from "../../../src/fetchers/json/parse-exact-json.js";
import { stringifyExactJson } from "../../../src/fetchers/json/stringify-exact-json.js";

const { tree } = fc.letrec((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<unknown>(null, true, false),
    fc.string({ unit: "binary" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }),
    fc.bigInt({ min: -(2n ** 80n), max: -(2n ** 53n) }),
    fc.maxSafeInteger(),
    fc.stringMatching(/^bigint:|^"?\d{16,20}"?$|^\\+"?\d{17}$/),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.stringMatching(/^\d{17}$/)), tie("tree"), { maxKeys: 4 }),
  ),
}));

describe("JSON without rounded numbers", () => {
  it("reads what it has written, with every whole number as it was", () => {
    fc.assert(
      fc.property(tree, (value) => {
        // A double beyond 2⁵³ is written as a whole number, and read as that.
        const expected = bigintsForLarge(value);
        expect(parseExactJson(stringifyExactJson(value)!)).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  it("agrees with JSON.parse about what is JSON", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.stringMatching(/^[[\]{}",:0-9eE.\-+tfnul ]{0,24}$/)), (text) => {
        const outcome = (parse: (text: string) => unknown) => {
          try {
            return JSON.stringify(parse(text), (_key, inner) => (typeof inner === "bigint" ? Number(inner) : inner));
          } catch (error) {
            return error instanceof RangeError ? "null" : "not JSON";
          }
        };
        expect(outcome(parseExactJson)).toBe(outcome(JSON.parse));
      }),
      { numRuns: 5_000 },
    );
  });

  it("keeps what looks like a number, or like a mark, within texts and names of fields", () => {
    const text =
      '{"12345678901234567890": "12345678901234567890", "a\\"12345678901234567890": [12345678901234567890, "\\\\", -98765432109876543210]}';
    expect(parseExactJson(text)).toEqual({
      "12345678901234567890": "12345678901234567890",
      'a"12345678901234567890': [12345678901234567890n, "\\", -98765432109876543210n],
    });
  });

  it("keeps a field named __proto__ a field", () => {
    const value = parseExactJson('{"__proto__": {"n": 12345678901234567890}}') as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.hasOwn(value, "__proto__")).toBe(true);
  });

  it("refuses a number beyond the largest double", () => {
    for (const text of ["1e400", "[-1.5E+999]", '{"a":1e0400}']) expect(() => parseExactJson(text)).toThrow();
    expect(parseExactJson("[1e308, 1E-400, 0.1234567890123456]")).toEqual([1e308, 0, 0.1234567890123456]);
  });

  it("reads a long text with large numbers without running out of stack", () => {
    const long = 'x\\"'.repeat(2_000_000);
    expect(parseExactJson(`["${long}", 12345678901234567890]`)).toEqual([
      'x"'.repeat(2_000_000),
      12345678901234567890n,
    ]);
  });
});

function bigintsForLarge(value: unknown): unknown {
  if (typeof value === "number" && /^-?\d+$/.test(String(value)) && !Number.isSafeInteger(value))
    return BigInt(String(value));
  if (Array.isArray(value)) return value.map(bigintsForLarge);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, bigintsForLarge(inner)]));
}
