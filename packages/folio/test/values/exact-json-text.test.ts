import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeItem } from "../../src/values/decode-item.js";
import { exactJsonText } from "../../src/values/exact-json-text.js";

const cycle: { inside: unknown[] } = { inside: [] };
cycle.inside.push(cycle);

describe("what JSON can't carry is refused, with where it is", () => {
  const refused: readonly (readonly [string, unknown, path: string, RegExp])[] = [
    ["undefined", undefined, "$", /no undefined/],
    ["undefined within", { a: [1, { b: undefined }] }, "$.a[1].b", /no undefined/],
    ["NaN", { "max delay": Number.NaN }, '$["max delay"]', /no NaN/],
    ["infinity", [[Number.POSITIVE_INFINITY]], "$[0][0]", /no Infinity/],
    ["minus zero", [-0], "$[0]", /0 of -0/],
    ["a bigint", { id: 1n }, "$.id", /no bigint/],
    ["a function", { run() {} }, "$.run", /no function/],
    ["a symbol", [Symbol("x")], "$[0]", /no symbol/],
    ["a symbol as a name", { [Symbol("x")]: 1 }, "$", /symbols as names/],
    ["a Date within", { when: new Date(0) }, "$.when", /class Date/],
    ["a Map", new Map(), "$", /class Map/],
    ["an instance of a class", { it: new (class Flight {})() }, "$.it", /class Flight/],
    ["a typed array within", { it: Uint8Array.of(1) }, "$.it", /class Uint8Array/],
    ["a boxed number", Object(1), "$", /class Number/],
    ["a hole", { a: new Array(3) }, "$.a", /holes/],
    ["a list with a name", Object.assign([1], { x: 1 }), "$", /names/],
    ["a hole with a name in its stead", Object.assign(new Array(1), { x: 1 }), "$", /names/],
    ["a class of lists", new (class Rows extends Array {})(), "$", /classes of lists/],
    [
      "a getter",
      {
        get now() {
          return 1;
        },
      },
      "$.now",
      /getters/,
    ],
    ["what is not enumerable", Object.defineProperty({}, "x", { value: 1 }), "$.x", /enumerable/],
    ["a proxy", { it: new Proxy({}, {}) }, "$.it", /proxy/],
    ["a cycle", cycle, "$.inside[0]", /within itself/],
    ["nesting without end", nested(2000), "$", /deeper than 1000/],
    ["toJSON", { toJSON: () => 1 }, "$.toJSON", /no function/],
  ];
  for (const [what, value, path, reason] of refused) {
    it(what, () => {
      const write = () => exactJsonText(value);
      const facts = path === "$" ? expect.anything() : expect.objectContaining({ path });
      expect(write).toThrow(
        expect.objectContaining({ code: "unencodable-item", message: expect.stringMatching(reason), facts }),
      );
    });
  }

  it("a toJSON that somebody has hung on all objects", () => {
    Object.defineProperty(Object.prototype, "toJSON", { value: () => 1, configurable: true });
    try {
      expect(() => exactJsonText({ a: 1 })).toThrow(/toJSON/);
    } finally {
      Reflect.deleteProperty(Object.prototype, "toJSON");
    }
  });
});

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

describe("what JSON can carry is written", () => {
  it("an object that is there twice comes back as two", () => {
    const shared = { a: 1 };
    expect(JSON.parse(exactJsonText([shared, shared]))).toEqual([{ a: 1 }, { a: 1 }]);
  });

  it("an object without a prototype, names that objects have, and long lists of numbers", () => {
    expect(exactJsonText(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a":1}');
    const name = JSON.parse('{"__proto__":{"x":1},"constructor":2}');
    expect(exactJsonText(name)).toBe('{"__proto__":{"x":1},"constructor":2}');
    expect(JSON.parse(exactJsonText(Array.from({ length: 1000 }, (_, index) => index)))).toHaveLength(1000);
  });

  it("objects that share their parts a million times over are refused at once", () => {
    let value: unknown = ["x".repeat(100)];
    for (let level = 0; level < 40; level++) value = [value, value];
    expect(() => exactJsonText(value)).toThrow(/more than 67108864 objects/);
  });
});

it("any value is brought back exactly, or refused", () => {
  const anything = fc.anything({
    withDate: true,
    withMap: true,
    withBigInt: true,
    withSparseArray: true,
    withTypedArray: true,
    withNullPrototype: false,
  });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), anything), (value) => {
      let text: string;
      try {
        text = exactJsonText(value);
      } catch (error) {
        expect(error).toMatchObject({ code: "unencodable-item" });
        return;
      }
      expect(decodeItem("json", new TextEncoder().encode(text))).toStrictEqual(value);
    }),
    { numRuns: 2000 },
  );
});
