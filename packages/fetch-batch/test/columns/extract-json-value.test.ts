import { expect, test } from "vitest";
import { extractJsonValue, JsonParseError } from "../../src/index.js";

const vendor = { address: { city: "Oslo", zip: null, lines: ["a", { deep: 7 }] }, active: false };

function failure(work: () => unknown): JsonParseError {
  try {
    work();
  } catch (error) {
    if (error instanceof JsonParseError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

test("a path leads through objects and arrays, given as JSON text or as a driver parsed it", () => {
  for (const value of [vendor, JSON.stringify(vendor)]) {
    expect(extractJsonValue(value, ["address", "city"])).toBe("Oslo");
    expect(extractJsonValue(value, ["address", "lines", "1", "deep"])).toBe(7);
    expect(extractJsonValue(value, ["active"])).toBe(false);
    expect(extractJsonValue(value, ["address", "lines"])).toEqual(["a", { deep: 7 }]);
  }
});

test("without a path a value is given as it is, a text too", () => {
  expect(extractJsonValue('{"a":1}', [])).toBe('{"a":1}');
  expect(extractJsonValue("no JSON", [])).toBe("no JSON");
  expect(extractJsonValue(undefined, [])).toBeNull();
});

test("a missing key, an index beyond the end, or null on the way is null", () => {
  expect(extractJsonValue(vendor, ["nothing", "at", "all"])).toBeNull();
  expect(extractJsonValue(vendor, ["address", "zip", "more"])).toBeNull();
  expect(extractJsonValue(vendor, ["address", "lines", "9"])).toBeNull();
  expect(extractJsonValue(vendor, ["address", "lines", "length"])).toBeNull();
  expect(extractJsonValue(vendor, ["address", "lines", "-1"])).toBeNull();
  expect(extractJsonValue(vendor, ["address", "lines", "01"])).toBeNull();
  expect(extractJsonValue(null, ["a"])).toBeNull();
  expect(extractJsonValue("null", ["a"])).toBeNull();
});

test("only own properties count, whatever they are called", () => {
  for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
    expect(extractJsonValue({}, [name])).toBeNull();
    expect(extractJsonValue("{}", [name])).toBeNull();
  }
  expect(extractJsonValue('{"__proto__":{"x":1},"constructor":2}', ["__proto__", "x"])).toBe(1);
  expect(extractJsonValue('{"__proto__":{"x":1},"constructor":2}', ["constructor"])).toBe(2);
});

test("a scalar on the way is an error that tells the step", () => {
  for (const value of [{ a: { b: 5 } }, '{"a":{"b":5}}']) {
    const error = failure(() => extractJsonValue(value, ["a", "b", "c", "d"]));
    expect(error).toMatchObject({ code: "json-parse", reason: "scalar", position: 2, path: ["a", "b", "c", "d"] });
  }
  for (const scalar of [1, true, 5n, new Date(0), "3"]) {
    expect(failure(() => extractJsonValue(scalar, ["x"]))).toMatchObject({ reason: "scalar", position: 0 });
  }
});

test("a text that is not JSON is an error that tells the character", () => {
  const cases: [string, number][] = [
    ["abc", 0],
    ["", 0],
    ['{"a":1,}', 7],
    ["[1,2", 4],
    ['{"a" 1}', 5],
    ["1 2", 2],
    ['{"a":1} x', 8],
  ];
  for (const [text, position] of cases) {
    expect(
      failure(() => extractJsonValue(text, ["a"])),
      text,
    ).toMatchObject({ reason: "not-json", position });
  }
});

test("whole numbers beyond 2⁵³ in a text stay exact", () => {
  expect(extractJsonValue('{"n":9007199254740993}', ["n"])).toBe(9007199254740993n);
  expect(extractJsonValue('{"n":-9223372036854775808,"s":"9007199254740993"}', ["n"])).toBe(-(2n ** 63n));
  expect(extractJsonValue('{"n":9007199254740993,"s":"9007199254740993"}', ["s"])).toBe("9007199254740993");
  expect(extractJsonValue('{"n":9007199254740991}', ["n"])).toBe(9007199254740991);
});
