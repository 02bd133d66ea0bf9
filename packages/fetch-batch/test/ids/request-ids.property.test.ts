import fc from "fast-check";
import { expect, test } from "vitest";
import { idsForPeople } from "../../src/ids/ids-for-people.js";
import { type RequestIds, requestIds } from "../../src/ids/request-ids.js";
import { idsAmong, idsWithout, sortedIds, unitedIds } from "../../src/ids/sorted-ids.js";

const least = -(2n ** 63n);
const most = 2n ** 63n - 1n;
const id = fc.oneof(
  fc.maxSafeInteger(),
  fc.bigInt({ min: least, max: most }),
  fc.constantFrom<number | bigint>(
    0,
    -0,
    -1,
    2 ** 31,
    -(2 ** 31),
    2 ** 32,
    -(2 ** 32),
    2 ** 53 - 1,
    1 - 2 ** 53,
    2n ** 53n,
    -(2n ** 53n),
    least,
    most,
  ),
);

test("numbers and bigints of 64 bits become ids exactly, and are given back as numbers where numbers are exact", () => {
  fc.assert(
    fc.property(fc.array(id), (given) => {
      const ids = requestIds(given, "int64") as BigInt64Array;
      expect([...ids]).toEqual(given.map(BigInt));
      const back = idsForPeople(ids);
      expect(back.map(BigInt)).toEqual(given.map(BigInt));
      for (const one of back) {
        const isSafe = BigInt(one) >= BigInt(Number.MIN_SAFE_INTEGER) && BigInt(one) <= BigInt(Number.MAX_SAFE_INTEGER);
        expect(typeof one).toBe(isSafe ? "number" : "bigint");
      }
    }),
  );
});

test("every typed array of whole numbers is taken", () => {
  const arrays: RequestIds[] = [
    Int8Array.of(-128, 127),
    Uint8Array.of(0, 255),
    Uint8ClampedArray.of(7),
    Int16Array.of(-32768),
    Uint16Array.of(65535),
    Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
    Uint32Array.of(2 ** 32 - 1),
    BigInt64Array.of(least, most),
    BigUint64Array.of(0n, most),
    Float64Array.of(-5, 2 ** 53 - 1),
  ];
  for (const array of arrays) expect([...requestIds(array, "int64")]).toEqual(Array.from(array as number[], BigInt));
  expect(() => requestIds(BigUint64Array.of(2n ** 63n), "int64")).toThrow(/ids\[0\]/);
  expect(() => requestIds(Float64Array.of(1, 0.5), "int64")).toThrow(/ids\[1\]/);
});

test("changing an array after the call changes nothing", () => {
  const given = BigInt64Array.of(1n, 2n);
  const ids = requestIds(given, "int64");
  given[0] = 9n;
  expect([...ids]).toEqual([1n, 2n]);
});

test("what is no id is refused with its place", () => {
  const wrong = [
    0.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    -(2 ** 53),
    2n ** 63n,
    least - 1n,
    "5",
    null,
    undefined,
    {},
    true,
  ];
  for (const value of wrong) {
    const ids = [1, value] as unknown as RequestIds;
    expect(() => requestIds(ids, "int64"), String(value)).toThrow(expect.objectContaining({ code: "invalid-id" }));
    expect(() => requestIds(ids, "int64")).toThrow(/ids\[1\]/);
  }
  expect(() => requestIds(["a"], "int64")).toThrow(/idKind: "text"/);
  expect(() => requestIds([1], "text")).toThrow(expect.objectContaining({ code: "invalid-id" }));
  expect(() => requestIds(["\ud800"], "text")).toThrow(expect.objectContaining({ code: "invalid-id" }));
  expect(() => requestIds("12" as unknown as RequestIds, "int64")).toThrow(/array of ids/);
});

test("sets of ids are sorted, united and subtracted as sets are", () => {
  const list = fc.array(fc.oneof(fc.bigInt({ min: -5n, max: 5n }), fc.constantFrom(least, most)));
  const byValue = (left: bigint, right: bigint) => (left < right ? -1 : 1);
  fc.assert(
    fc.property(list, list, fc.boolean(), (left, right, asText) => {
      const set = (values: readonly bigint[]) =>
        sortedIds(asText ? values.map(String) : BigInt64Array.from(values as bigint[]));
      const expected = (values: Iterable<bigint>) =>
        asText ? [...new Set([...values].map(String))].sort() : [...new Set(values)].sort(byValue);
      const others = new Set(right);
      expect([...set(left)]).toEqual(expected(left));
      expect([...idsWithout(set(left), set(right))]).toEqual(expected(left.filter((one) => !others.has(one))));
      expect([...idsAmong(set(left), set(right))]).toEqual(expected(left.filter((one) => others.has(one))));
      expect([...unitedIds([set(left), set(right)], set(left))]).toEqual(expected([...left, ...right]));
    }),
  );
});
