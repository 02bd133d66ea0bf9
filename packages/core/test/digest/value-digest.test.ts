import vm from "node:vm";
import { cacheKeySymbol, LarderError, UndigestableValueError, valueDigest } from "@larder/core";
import { describe, expect, it } from "vitest";

/** Values of which no two are equal. */
const different: Record<string, unknown> = {
  null: null,
  undefined: undefined,
  false: false,
  true: true,
  zero: 0,
  "minus zero": -0,
  one: 1,
  NaN: Number.NaN,
  infinity: Infinity,
  "BigInt one": 1n,
  "BigInt minus one": -1n,
  "BigInt zero": 0n,
  "empty string": "",
  "string one": "1",
  "string null": "null",
  "string undefined": "undefined",
  "lone surrogate": "\ud800",
  "another lone surrogate": "\ud801",
  "replacement character": "\ufffd",
  "UTF-16 of a lone surrogate": "\u0000\ufffd",
  "composed é": "\u00e9",
  "decomposed é": "e\u0301",
  "empty object": {},
  "empty object without prototype": Object.create(null),
  "empty array": [],
  "empty map": new Map(),
  "empty set": new Set(),
  "empty Uint8Array": new Uint8Array(),
  "empty Int8Array": new Int8Array(),
  "empty ArrayBuffer": new ArrayBuffer(0),
  "empty DataView": new DataView(new ArrayBuffer(0)),
  "object with undefined": { a: undefined },
  "object with null": { a: null },
  "object with a and b": { a: 1, b: 2 },
  "object with keys run together": { ab: 1, "": 2 },
  "array of hole": Array(1),
  "array of two holes": Array(2),
  "array of undefined": [undefined],
  "array of null": [null],
  "array nested": [[], []],
  "array nested otherwise": [[[]]],
  "array of strings": ["a", "bc"],
  "array of other strings": ["ab", "c"],
  "array of more strings": ["a", "b", "c"],
  "map of entries": new Map([["a", 1]]),
  "map of two": new Map([
    ["a", 1],
    ["b", 2],
  ]),
  "map in another order": new Map([
    ["b", 2],
    ["a", 1],
  ]),
  "array of entries": [["a", 1]],
  "object of entries": { a: 1 },
  "set of a": new Set(["a"]),
  "set of a b": new Set(["a", "b"]),
  "set of b a": new Set(["b", "a"]),
  "date 0": new Date(0),
  "date 1": new Date(1),
  "date 0 as text": new Date(0).toISOString(),
  "invalid date": new Date(Number.NaN),
  regexp: /a/,
  "regexp with flag": /a/g,
  "regexp moved on": Object.assign(/a/g, { lastIndex: 1 }),
  url: new URL("http://a/"),
  "url as text": "http://a/",
  "bytes 1 2": Uint8Array.of(1, 2),
  "clamped bytes 1 2": Uint8ClampedArray.of(1, 2),
  "Int16 of the same bytes": new Int16Array(Uint8Array.of(1, 2).buffer),
  "buffer of the same bytes": Uint8Array.of(1, 2).buffer,
  "view of the same bytes": new DataView(Uint8Array.of(1, 2).buffer),
  "array of the same numbers": [1, 2],
  "float array 0": Float64Array.of(0),
  "float array -0": Float64Array.of(-0),
  "float array NaN": Float64Array.of(Number.NaN),
  "single array NaN": Float32Array.of(Number.NaN),
  "BigInt array": BigInt64Array.of(1n),
  "unsigned BigInt array": BigUint64Array.of(1n),
  "boxed 1": Object(1),
  "boxed '1'": Object("1"),
  "boxed true": Object(true),
  "boxed 1n": Object(1n),
  "long string": "x".repeat(100_000),
  "longer string": "x".repeat(100_001),
};

function cycle(): unknown {
  const value: Record<string, unknown> = { name: "a" };
  value.self = value;
  return value;
}

describe("the digest of a value", () => {
  it("is different for values that differ, of every kind", () => {
    const seen = new Map<string, string>();
    for (const [name, value] of Object.entries(different)) {
      const digest = valueDigest(value);
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      expect(seen.get(digest), `${name} and ${seen.get(digest)}`).toBeUndefined();
      seen.set(digest, name);
      expect(valueDigest([value]), name).not.toBe(digest);
    }
  });

  it("stays what it was in every release", () => {
    const value = {
      text: "é\ud800",
      numbers: Object.assign(Array(6), { 0: 0, 1: -0, 2: Number.NaN, 3: 1.5, 5: 10n }),
      when: new Date(86_400_000),
      map: new Map<unknown, unknown>([["a", new Set([1])]]),
      bytes: Uint8Array.of(1, 2, 3),
      floats: Float64Array.of(1.5, Number.NaN),
      expression: /a+/giu,
      url: new URL("https://example.org/?q=1"),
      long: "long ".repeat(1000),
    };
    expect(valueDigest(null)).toMatchInlineSnapshot(
      `"9055b8d06bccf5a05cbca2c95aa56be48cff2fecb8b96893f5eef74538e398bb"`,
    );
    expect(valueDigest(value)).toMatchInlineSnapshot(
      `"1c849329b94472e97a29c7affc697946dd9e97c8ac19117658666b6ceb9affd6"`,
    );
    expect(valueDigest(cycle())).toMatchInlineSnapshot(
      `"d315fcac7d02c733d77577d778e8c28642e3e0035eef0961df9e17791079a674"`,
    );
  });

  it("does not depend on the order of properties", () => {
    expect(valueDigest({ a: 1, b: { c: 2, d: 3 } })).toBe(valueDigest({ b: { d: 3, c: 2 }, a: 1 }));
  });

  it("has one NaN, in numbers and in arrays of floats", () => {
    const bits = new Float64Array(new BigUint64Array([0x7ff8000000000001n, 0xfff8000000000000n]).buffer);
    expect(valueDigest(bits)).toBe(valueDigest(Float64Array.of(Number.NaN, Number.NaN)));
    expect(valueDigest(bits[0])).toBe(valueDigest(Number.NaN));
  });

  it("of a Buffer or a view is that of its bytes, wherever they lie in memory", () => {
    const bytes = Uint8Array.of(9, 1, 2, 3, 9);
    expect(valueDigest(bytes.subarray(1, 4))).toBe(valueDigest(Uint8Array.of(1, 2, 3)));
    expect(valueDigest(Buffer.from([1, 2, 3]))).toBe(valueDigest(Uint8Array.of(1, 2, 3)));
  });

  it("equals for a shared reference and a copy, also where one part is long", () => {
    const shared = { text: "shared ".repeat(1000) };
    expect(valueDigest([shared, shared])).toBe(valueDigest([{ ...shared }, { ...shared }]));
    const small = { a: 1 };
    expect(valueDigest([small, small])).toBe(valueDigest([{ a: 1 }, { a: 1 }]));
  });

  it("takes no longer for a value that doubles sixty times through shared references", () => {
    let value: unknown = { leaf: true };
    for (let level = 0; level < 60; level++) value = [value, value];
    expect(valueDigest(value)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("of a cycle is the same for an equal cycle, and different for one that points elsewhere", () => {
    expect(valueDigest(cycle())).toBe(valueDigest(cycle()));
    const outer: Record<string, unknown> = { name: "a" };
    outer.self = { name: "a", self: outer };
    expect(valueDigest(outer)).not.toBe(valueDigest(cycle()));
  });

  it("of parts that point up does not depend on where else they were met", () => {
    const make = () => {
      const x: Record<string, unknown> = { text: "x".repeat(2000) };
      const y: Record<string, unknown> = { text: "y".repeat(2000), x };
      x.y = y;
      return { x, y };
    };
    const one = make();
    expect(valueDigest([one.x, one.y])).toBe(valueDigest([make().x, make().y]));
  });

  it("is the same for objects and arrays of another realm", () => {
    const foreign: unknown = vm.runInNewContext(
      "({ a: [1, 2, { b: new Map([[1, new Date(5)]]) }], c: new Uint8Array(3), d: /x/g, e: new Set(['s']) })",
    );
    const own = { a: [1, 2, { b: new Map([[1, new Date(5)]]) }], c: new Uint8Array(3), d: /x/g, e: new Set(["s"]) };
    expect(valueDigest(foreign)).toBe(valueDigest(own));
  });

  it("of an array with millions of holes is quick", () => {
    const sparse: unknown[] = [1];
    sparse[4_000_000_000] = 2;
    expect(valueDigest(sparse)).not.toBe(valueDigest([1]));
    const other: unknown[] = [1];
    other[3_999_999_999] = 2;
    other.length = sparse.length;
    expect(valueDigest(other)).not.toBe(valueDigest(sparse));
  });
});

class Point {
  readonly #secret: number;
  constructor(secret: number) {
    this.#secret = secret;
  }
  [cacheKeySymbol]() {
    return [this.#secret];
  }
}

class Place extends Point {}

describe("instances and functions", () => {
  it("count as what their [cacheKeySymbol]() returns, and as their class", () => {
    expect(valueDigest({ at: new Point(1) })).toBe(valueDigest({ at: new Point(1) }));
    expect(valueDigest(new Point(1))).not.toBe(valueDigest(new Point(2)));
    expect(valueDigest(new Point(1))).not.toBe(valueDigest(new Place(1)));
    expect(valueDigest(new Point(1))).not.toBe(valueDigest([1]));
    const double = Object.assign((x: number) => x * 2, { [cacheKeySymbol]: () => "double" });
    expect(valueDigest(double)).toBe(valueDigest(Object.assign(() => 0, { [cacheKeySymbol]: () => "double" })));
  });

  it("may be a subclass of a built-in class, an array, a plain object or a function, if they say what they are", () => {
    class Bag extends Map<number, number> {
      [cacheKeySymbol]() {
        return [...this.entries()];
      }
    }
    expect(valueDigest(new Bag([[1, 2]]))).not.toBe(valueDigest(new Bag([[1, 3]])));
    expect(valueDigest({ [cacheKeySymbol]: () => 1 })).not.toBe(valueDigest({ [cacheKeySymbol]: () => 2 }));
    expect(valueDigest(Object.assign([1], { [cacheKeySymbol]: () => 1 }))).toMatch(/^[0-9a-f]{64}$/);
  });

  it("share the symbol with every copy of the package", () => {
    expect(cacheKeySymbol).toBe(Symbol.for("larder.cacheKey"));
  });
});

describe("what cannot be digested is refused with its path", () => {
  const accessor = Object.defineProperty({}, "now", { get: () => Date.now(), enumerable: true });
  const elementAccessor = Object.defineProperty([1, 2], 1, { get: () => Date.now(), enumerable: true });
  class Plain {
    value = 1;
  }
  const refused: readonly (readonly [name: string, value: unknown, path: string, reason: RegExp])[] = [
    ["a function", { options: { handlers: [1, 2, { run() {} }] } }, "$.options.handlers[2].run", /function/],
    ["a symbol", [Symbol("x")], "$[0]", /symbol/],
    ["a registered symbol", { a: Symbol.for("x") }, "$.a", /symbol/],
    ["a symbol key", { a: { [Symbol("key")]: 1 } }, "$.a[Symbol(key)]", /symbol/],
    ["a getter", { a: accessor }, "$.a.now", /getter/],
    ["a getter of an array", elementAccessor, "$[1]", /getter/],
    ["a hidden property", Object.defineProperty({}, "h", { value: 1, enumerable: false }), "$.h", /enumerable/],
    ["a class instance", { "my key": new Plain() }, '$["my key"]', /Plain/],
    ["an error", [new TypeError("x")], "$[0]", /TypeError/],
    ["a proxy", [new Proxy({}, {})], "$[0]", /proxy/],
    ["a proxy of a function", [new Proxy(() => 1, {})], "$[0]", /proxy/],
    ["a promise", [Promise.resolve(1)], "$[0]", /Promise/],
    ["a WeakMap", new WeakMap(), "$", /WeakMap/],
    ["a subclass of Map", new (class Bag extends Map {})(), "$", /Bag/],
    ["a subclass of Uint8Array", new (class Bytes extends Uint8Array {})(), "$", /Bytes/],
    ["an object that only looks like a Map", Object.create(Map.prototype), "$", /Map/],
    ["an object that only looks like a URL", Object.create(URL.prototype), "$", /URL/],
    ["an array with a name", [Object.assign([1, 2], { total: 3 })], "$[0]", /named properties/],
    ["a long array with a name", Object.assign(Array(1000).fill(0), { total: 3 }), "$", /named properties/],
    ["a sparse array with a name", Object.assign(Array(3), { 1: 1, total: 3 }), "$", /named properties/],
    ["a map with a property", Object.assign(new Map(), { a: 1 }), "$", /properties of its own/],
    ["a typed array with a property", Object.assign(new Uint8Array(3), { a: 1 }), "$", /properties of its own/],
    ["a long typed array with a property", Object.assign(new Uint8Array(5000), { a: 1 }), "$", /properties of its own/],
    ["a date with a property", Object.assign(new Date(), { a: 1 }), "$", /properties of its own/],
    ["a boxed symbol", Object(Symbol("x")), "$", /Symbol|symbol/],
    ["shared memory", new SharedArrayBuffer(4), "$", /SharedArrayBuffer|shared/],
    ["a view of shared memory", { a: new Uint8Array(new SharedArrayBuffer(4)) }, "$.a", /shared/],
    ["an iterator", [].values(), "$", /./],
    ["a generator", (function* () {})(), "$", /./],
    ["the value of a map", new Map([["key", () => 1]]), '$.get("key")', /function/],
    ["the value of a map under a number", new Map([[7, () => 1]]), "$.get(7)", /function/],
    ["the key of a map", new Map([[() => 1, 1]]), "$.keys(0)", /function/],
    ["an element of a set", new Set([1, () => 1]), "$.values(1)", /function/],
    [
      "a key function that throws",
      [
        {
          [cacheKeySymbol]() {
            throw new Error("closed");
          },
        },
      ],
      "$[0]",
      /closed/,
    ],
    [
      "a key function that returns the object",
      {
        [cacheKeySymbol]() {
          return this;
        },
      },
      "$",
      /itself/,
    ],
    [
      "a function inside a key",
      [{ [cacheKeySymbol]: () => ({ deep: () => 1 }) }],
      "$[0][Symbol(larder.cacheKey)].deep",
      /function/,
    ],
  ];

  it.each(refused)("%s", (_, value, path, reason) => {
    let error: unknown;
    try {
      valueDigest(value);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UndigestableValueError);
    expect(LarderError.isInstance(error, "undigestable-value")).toBe(true);
    const refusal = error as UndigestableValueError;
    expect(refusal.message).toMatch(reason);
    expect(refusal.facts.path).toBe(path);
    expect(refusal.path).toBe(path);
  });

  it("the cause of a failed [cacheKeySymbol]() is kept", () => {
    const cause = new Error("closed");
    const value = {
      [cacheKeySymbol]() {
        throw cause;
      },
    };
    expect(() => valueDigest(value)).toThrow(expect.objectContaining({ cause }));
  });

  it("a hundred thousand levels, with a short message, whatever they are made of", () => {
    const wrappers: ((inner: unknown) => unknown)[] = [
      (inner) => [inner],
      (inner) => ({ inner }),
      (inner) => new Map([[1, inner]]),
      (inner) => new Set([inner]),
      (inner) => ({ [cacheKeySymbol]: () => [inner] }),
    ];
    for (const wrap of wrappers) {
      let value: unknown = 1;
      for (let level = 0; level < 100_000; level++) value = wrap(value);
      let message = "";
      try {
        valueDigest(value);
      } catch (error) {
        expect(error).toBeInstanceOf(UndigestableValueError);
        message = (error as Error).message;
      }
      expect(message).toMatch(/nested/);
      expect(message.length).toBeLessThan(1000);
    }
  });

  it("but five hundred levels are fine", () => {
    let value: unknown = 1;
    for (let level = 0; level < 500; level++) value = level % 2 === 0 ? [value] : { value };
    expect(valueDigest(value)).toMatch(/^[0-9a-f]{64}$/);
  });

  it("cycles entangled beyond what can be walked", () => {
    const bottom: Record<string, unknown> = {};
    let value: unknown = bottom;
    for (let level = 0; level < 60; level++) value = [value, value];
    bottom.top = value;
    expect(() => valueDigest(value)).toThrow(/entangled/);
  });

  it("and a refusal leaves nothing behind that changes the next digest", () => {
    const before = valueDigest({ a: 1 });
    expect(() => valueDigest({ a: ["x".repeat(5000), () => 1] })).toThrow(UndigestableValueError);
    expect(valueDigest({ a: 1 })).toBe(before);
  });

  it("and no getter, proxy trap or method of the value is run", () => {
    let ran = false;
    const run = () => {
      ran = true;
      return 1;
    };
    const trap = new Proxy({}, { get: run, ownKeys: () => [String(run())], getPrototypeOf: () => ({ ran: run() }) });
    const values = [
      Object.defineProperty({}, "a", { get: run, enumerable: true }),
      trap,
      Object.create(trap),
      { toJSON: run },
      new (class {
        get [Symbol.toStringTag]() {
          run();
          return "Table";
        }
      })(),
    ];
    for (const value of values) expect(() => valueDigest(value)).toThrow(UndigestableValueError);
    expect(ran).toBe(false);
  });
});
