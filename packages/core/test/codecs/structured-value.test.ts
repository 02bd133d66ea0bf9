import vm from "node:vm";
import {
  decodeStructured,
  encodeStructured,
  explainUnencodable,
  LarderError,
  UnencodableValueError,
} from "@larder/core";
import { describe, expect, it } from "vitest";
import { exactlyEqual } from "../digest/exactly-equal.js";
import { setOwn } from "../digest/seeded-values.js";

const hex = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
const roundTrip = (value: unknown) => decodeStructured(encodeStructured(value));

function withProto(): object {
  const value = { before: 1 };
  setOwn(value, "__proto__", { polluted: true });
  return value;
}

const kept: Record<string, () => unknown> = {
  null: () => null,
  undefined: () => undefined,
  booleans: () => [true, false],
  numbers: () => [
    0,
    -0,
    1,
    -1,
    1.5,
    Number.NaN,
    Infinity,
    -Infinity,
    2 ** 53,
    -(2 ** 53),
    2 ** 32,
    -(2 ** 32),
    -(2 ** 32) - 1,
    5e-324,
  ],
  "minus zero in an object": () => ({ a: -0 }),
  "strings, whatever they hold": () => [
    "",
    "ascii",
    "é",
    "日本",
    "😀",
    "\ud800",
    "a\udfff",
    "\u0000",
    "\ufeffmark",
    "\ufffd",
  ],
  "lone surrogates beside binary": () => ["\ud800x", "\ufeffmark", new Date(1)],
  "keys with lone surrogates": () => ({ "\ud800": new Date(1), "\ufffd": 2 }),
  BigInts: () => [0n, 1n, -1n, 2n ** 64n, -(10n ** 100n)],
  dates: () => [new Date(0), new Date(-1), new Date(Number.NaN), new Date(8.64e15)],
  "regular expressions": () => [/a/, /a\/b/giu, /(?:)/, Object.assign(/x/y, { lastIndex: 3 })],
  URLs: () => [new URL("https://user:pw@example.org:8080/a%20b?x=1#y"), new URL("data:,x")],
  maps: () =>
    new Map<unknown, unknown>([
      ["a", 1],
      [{}, new Map([[Number.NaN, -0]])],
      [undefined, null],
    ]),
  sets: () => new Set<unknown>(["a", 1, {}, new Set([undefined])]),
  "typed arrays": () => [
    Int8Array.of(-1),
    Uint8Array.of(1, 2),
    Uint8ClampedArray.of(255),
    Int16Array.of(-2),
    Uint16Array.of(3),
    Int32Array.of(-4),
    Uint32Array.of(5),
    Float32Array.of(0.5, -0),
    Float64Array.of(Number.NaN, -0),
    BigInt64Array.of(-1n),
    BigUint64Array.of(2n ** 64n - 1n),
  ],
  "bits of NaN in an array of floats": () => new Float64Array(BigUint64Array.of(0x7ff8000000000123n).buffer),
  buffers: () => [Buffer.from("abc"), new ArrayBuffer(3), new DataView(Uint8Array.of(1, 2, 3).buffer)],
  "an empty array, object, map, set": () => [[], {}, new Map(), new Set()],
  "sparse arrays": () => [
    Array(3),
    Object.assign(Array(2), { 1: 1 }),
    Object.assign(Array(3), { 0: 1, 2: 2 }),
    Object.assign(Array(4), { 0: undefined, 2: undefined }),
    Array(5_000_000),
  ],
  "long arrays of numbers": () => Array.from({ length: 1000 }, (_, index) => index / 3),
  "long arrays of numbers with a hole": () => Object.assign(Array(100), { 0: 1, 99: 2 }),
  "objects without prototype": () => Object.assign(Object.create(null), { a: 1 }),
  "properties in their order": () => ({ z: 1, a: 2, 10: 3, 2: 4, "": 5 }),
  "properties in their order beside binary": () => ({ z: 1, a: new Date(1), 10: 3, 2: 4, "": 5 }),
  "__proto__ as plain data": withProto,
  "__proto__ as plain data beside binary": () => Object.assign(withProto(), { when: new Date(1) }),
  "many objects of one shape": () => Array.from({ length: 20 }, (_, index) => ({ id: index, when: new Date(index) })),
  "an object called like a method": () => ({ toJSON: 1, toString: "x", constructor: null, hasOwnProperty: 2 }),
};

describe("a structured value comes back exactly", () => {
  it.each(Object.entries(kept))("%s", (_, make) => {
    const value = make();
    expect(exactlyEqual(roundTrip(value), value)).toBe(true);
    expect(exactlyEqual(roundTrip([value, { value }]), [value, { value }])).toBe(true);
  });

  it("with shared references and cycles", () => {
    const shared = { a: [1] };
    const value: Record<string, unknown> = {
      one: shared,
      two: shared,
      list: [shared.a],
      map: new Map<unknown, unknown>([[shared, shared]]),
    };
    value.self = value;
    (value.map as Map<unknown, unknown>).set(value.map, value);
    const back = roundTrip(value) as typeof value;
    expect(exactlyEqual(back, value)).toBe(true);
    expect(back.one).toBe(back.two);
    expect(back.self).toBe(back);
    const date = new Date(1);
    const pair = roundTrip([date, date]) as Date[];
    expect(pair[0]).toBe(pair[1]);
    const plain = { x: 1 };
    const plainPair = roundTrip([plain, plain]) as object[];
    expect(plainPair[0]).toBe(plainPair[1]);
  });

  it("and polluting no prototype", () => {
    const back = roundTrip(withProto()) as Record<string, unknown>;
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect(back.polluted).toBeUndefined();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it("in memory of its own", () => {
    const value = { bytes: new Uint8Array(Uint8Array.of(9, 1, 2, 9).buffer, 1, 2) };
    const encoded = encodeStructured(value);
    const back = decodeStructured(encoded) as typeof value;
    encoded.fill(0);
    expect([...back.bytes]).toEqual([1, 2]);
    expect(back.bytes.buffer.byteLength).toBe(2);
  });

  it("from an offset in larger bytes", () => {
    for (const value of [{ a: "é" }, { a: 1 }, { a: new Float64Array([1, 2]) }]) {
      const encoded = encodeStructured(value);
      const larger = new Uint8Array(encoded.length + 10).fill(0xff);
      larger.set(encoded, 3);
      expect(exactlyEqual(decodeStructured(larger.subarray(3, 3 + encoded.length)), value)).toBe(true);
    }
  });

  it("when it was made in another realm, as values of this one", () => {
    const foreign: unknown = vm.runInNewContext("({ a: [1, new Map([[1, new Date(5)]])], b: new Uint8Array(2) })");
    const own = { a: [1, new Map([[1, new Date(5)]])], b: new Uint8Array(2) };
    expect(exactlyEqual(roundTrip(foreign), own)).toBe(true);
  });

  it("five hundred levels deep", () => {
    let value: unknown = 1;
    for (let level = 0; level < 500; level++) value = level % 2 === 0 ? [value] : { value };
    expect(exactlyEqual(roundTrip(value), value)).toBe(true);
    expect(exactlyEqual(roundTrip([new Date(1), value]), [new Date(1), value])).toBe(true);
  });

  it("even where someone has given arrays a toJSON", () => {
    Object.defineProperty(Array.prototype, "toJSON", { value: () => "wrong", configurable: true });
    try {
      expect(roundTrip({ a: [1, 2] })).toEqual({ a: [1, 2] });
    } finally {
      Reflect.deleteProperty(Array.prototype, "toJSON");
    }
  });
});

describe("what would not come back exactly is refused", () => {
  const refused: readonly (readonly [name: string, value: unknown, path: string, reason: RegExp])[] = [
    ["a class instance", { a: [1, new (class Point {})()] }, "$.a[1]", /Point/],
    ["a subclass of Map", new (class Bag extends Map {})(), "$", /Bag/],
    ["an error", { error: new TypeError("x") }, "$.error", /TypeError/],
    ["a function", { a: { run() {} } }, "$.a.run", /function/],
    ["a symbol", new Map([["key", Symbol("x")]]), '$.get("key")', /symbol/],
    ["a symbol key", { [Symbol("key")]: 1 }, "$[Symbol(key)]", /symbol/],
    [
      "a getter",
      {
        get now() {
          return 1;
        },
      },
      "$.now",
      /getter/,
    ],
    ["a getter in an array", Object.defineProperty([1], 0, { get: () => 1, enumerable: true }), "$[0]", /getter/],
    ["a hidden property", Object.defineProperty({ a: 1 }, "b", { value: 2 }), "$.b", /enumerable/],
    ["a promise", [Promise.resolve()], "$[0]", /Promise/],
    ["a proxy", [new Proxy({}, {})], "$[0]", /proxy/],
    ["a proxy of an array", new Proxy([1], {}), "$", /proxy/],
    ["a boxed number", [Object(1)], "$[0]", /boxed/],
    ["an array with a name", Object.assign([1], { total: 1 }), "$", /properties/],
    ["a map with a property", Object.assign(new Map(), { a: 1 }), "$", /properties/],
    ["shared memory", [new SharedArrayBuffer(1)], "$[0]", /./],
    ["a view of shared memory", new Uint8Array(new SharedArrayBuffer(1)), "$", /shared/],
    ["a regular expression with an odd lastIndex", Object.assign(/a/, { lastIndex: "1" }), "$", /lastIndex/],
    ["a WeakSet", new WeakSet(), "$", /WeakSet/],
  ];

  it.each(refused)("%s", (_, value, path, reason) => {
    let error: unknown;
    try {
      encodeStructured(value);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(UnencodableValueError);
    expect((error as UnencodableValueError).facts.path).toBe(path);
    expect((error as Error).message).toMatch(reason);
    expect(explainUnencodable(value)).toBe((error as Error).message);
  });

  it("as are a hundred thousand levels", () => {
    for (const wrap of [(inner: unknown): unknown => [inner], (inner: unknown): unknown => new Map([[1, inner]])]) {
      let value: unknown = 1;
      for (let level = 0; level < 100_000; level++) value = wrap(value);
      expect(explainUnencodable(value)).toMatch(/nested/);
    }
  });

  it("and what can be kept needs no explanation", () => {
    expect(explainUnencodable({ a: [1, new Date()] })).toBeUndefined();
  });
});

describe("the format larder.structured.1", () => {
  const sparse: unknown[] = Object.assign(Array(2), { 1: "x" });
  const cycle: Record<string, unknown> = { n: 1n };
  cycle.self = cycle;
  const golden: readonly (readonly [name: string, value: unknown, bytes: string])[] = [
    ["plain data as JSON", { a: [1, "b", null] }, "017b2261223a5b312c2262222c6e756c6c5d7d"],
    ["plain data beyond ASCII as JSON", "é", "0222c3a922"],
    ["undefined", undefined, "0300"],
    ["minus zero", -0, "03060000000000000080"],
    ["a cycle and a BigInt", cycle, "031002026e0873656c660802310900"],
    ["holes", sparse, "031402150107 0278".replace(" ", "")],
    ["a map", new Map([[300, true]]), "03160104ac0203"],
    ["a set", new Set([-1]), "0317010500"],
    ["a date", new Date(1), "0318000000000000f03f"],
    ["a lone surrogate", ["\ud800", undefined], "0314020705 00d800".replace(" ", "")],
    ["a typed array", Int16Array.of(1), "031b03020100"],
    ["two objects of one shape", [{ a: undefined }, { a: undefined }], "031402100102610012 0000".replace(" ", "")],
    ["an object without prototype", Object.create(null), "031100"],
    ["a buffer", Buffer.of(7), "031c0107"],
    ["a regular expression", /a/g, "0319026102670000000000000000"],
    ["a URL", new URL("a:b"), "031a06613a62"],
  ];

  it.each(golden)("writes %s as it always has, and reads it", (_, value, bytes) => {
    expect(hex(encodeStructured(value))).toBe(bytes);
    expect(exactlyEqual(decodeStructured(Buffer.from(bytes, "hex")), value)).toBe(true);
  });

  const malformed: readonly (readonly [name: string, bytes: string])[] = [
    ["nothing", ""],
    ["an unknown form", "7f00"],
    ["no JSON", "017b"],
    ["JSON that is not UTF-8", "0222ff22"],
    ["no value", "03"],
    ["an unknown tag", "03ff"],
    ["something after the end", "030000"],
    ["a reference to nothing", "030905"],
    ["a string that ends early", "0307 0a61"],
    ["a string of more than there could be", "0307ffffffffffff0f"],
    ["half a UTF-16 unit", "03070361"],
    ["a count without end", "0304ffffffffffffffffffff"],
    ["an array longer than arrays are", "0314ffffffffff0f00"],
    ["holes past the end of their array", "0314021505"],
    ["no holes", "031402150000"],
    ["holes outside an array", "031501"],
    ["a property named twice", "0310020261026100 00"],
    ["an unknown list of names", "031205"],
    ["a typed array of no kind", "031b6300"],
    ["half an element", "031b0801 00"],
    ["a map with a key twice", "031602010000 0100"],
    ["a set with an element twice", "0317020000"],
    ["a regular expression that is none", "031902280 00000000000000000"],
    ["a URL that is none", "031a026e"],
    ["a BigInt that is none", "0308027a"],
    ["a BigInt of minus zero", "0308042d30"],
  ];

  it.each(malformed)("refuses %s", (_, bytes) => {
    let error: unknown;
    try {
      decodeStructured(Buffer.from(bytes.replaceAll(" ", ""), "hex"));
    } catch (thrown) {
      error = thrown;
    }
    expect(LarderError.isInstance(error, "malformed-structured-value")).toBe(true);
  });

  it("gives holes no memory, however many a few bytes stand for", () => {
    const count = 2000;
    // Arrays of 30,000,001 elements of which only the last is there.
    const one = [0x14, 0x81, 0x87, 0xa7, 0x0e, 0x15, 0x80, 0x87, 0xa7, 0x0e, 0x03];
    const bytes = [3, 0x14, 0xd0, 0x0f, ...Array.from({ length: count }, () => one).flat()];
    const before = process.memoryUsage().rss;
    const arrays = decodeStructured(Uint8Array.from(bytes)) as unknown[][];
    expect(arrays.length).toBe(count);
    expect(arrays[7]!.length).toBe(30_000_001);
    expect(arrays[7]![30_000_000]).toBe(true);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  it("reads an array of many runs of holes in little time", () => {
    const sparse: unknown[] = [];
    for (let run = 0; run < 20_000; run++) sparse[run * 100] = run;
    expect(exactlyEqual(roundTrip(sparse), sparse)).toBe(true);
  });

  it("refuses a hundred thousand levels instead of running out of stack", () => {
    const nested = new Uint8Array(200_001).fill(0x14);
    nested[0] = 3;
    for (let at = 2; at < nested.length; at += 2) nested[at] = 1;
    expect(() => decodeStructured(nested)).toThrow(expect.objectContaining({ code: "malformed-structured-value" }));
    const json = Buffer.from(`\u0001${"[".repeat(100_000)}${"]".repeat(100_000)}`);
    try {
      decodeStructured(json);
    } catch (error) {
      expect(LarderError.isInstance(error, "malformed-structured-value")).toBe(true);
    }
  });
});
