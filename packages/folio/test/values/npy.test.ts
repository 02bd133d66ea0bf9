import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeNpy } from "../../src/values/npy/decode-npy.js";
import { encodeNpy } from "../../src/values/npy/encode-npy.js";
import { npyHeader } from "../../src/values/npy/npy-header.js";
import type { NpyArray, ShapedArray } from "../../src/values/npy/npy-types.js";

/** Files written by numpy.save, NumPy 2.4. */
function golden(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`./golden/${name}.npy`, import.meta.url)));
}

function shaped<ArrayType extends NpyArray>(array: ArrayType, shape: readonly number[]): ShapedArray<ArrayType> {
  return Object.defineProperty(array, "shape", { value: shape });
}

describe("an array that NumPy has written comes back, and is written byte for byte as NumPy does", () => {
  const files: readonly (readonly [string, ShapedArray])[] = [
    ["i1", Int8Array.of(-128, 0, 127)],
    ["u1", Uint8Array.of(0, 1, 255)],
    ["i2", Int16Array.of(-32768, 0, 32767)],
    ["u2", Uint16Array.of(0, 1, 65535)],
    ["i4", Int32Array.of(-(2 ** 31), 0, 2 ** 31 - 1)],
    ["u4", Uint32Array.of(0, 1, 2 ** 32 - 1)],
    ["i8", BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 63n - 1n)],
    ["u8", BigUint64Array.of(0n, 1n, 2n ** 64n - 1n)],
    ["f4", Float32Array.of(-0, 1.5, Number.POSITIVE_INFINITY)],
    ["f8", Float64Array.of(-0, 0.1, Number.NaN)],
    ["empty-f8", new Float64Array()],
    ["matrix-i2", shaped(Int16Array.of(0, 1, 2, 3, 4, 5), [2, 3])],
    [
      "cube-f8",
      shaped(
        Float64Array.from({ length: 24 }, (_, index) => index),
        [2, 3, 4],
      ),
    ],
    ["scalar-i4", shaped(Int32Array.of(5), [])],
    ["empty-rows-f4", shaped(new Float32Array(), [0, 7])],
  ];
  for (const [name, expected] of files) {
    it(name, () => {
      const array = decodeNpy(golden(name));
      expect(array.constructor).toBe(expected.constructor);
      expect(new Uint8Array(array.buffer)).toEqual(new Uint8Array(expected.buffer));
      expect(array.shape).toEqual(expected.shape);
      expect(encodeNpy(array)).toEqual(golden(name));
    });
  }
});

describe("an array that was written otherwise is read too", () => {
  it("with the bytes of each number the other way round", () => {
    expect(decodeNpy(golden("big-endian-f8"))).toEqual(Float64Array.of(0.1, -2.5));
    const matrix = decodeNpy(golden("big-endian-i2"));
    expect([...matrix]).toEqual([1, -2, 3, 4]);
    expect(matrix.shape).toEqual([2, 2]);
  });

  it("of truth values, as 0 and 1", () => expect(decodeNpy(golden("bool"))).toEqual(Uint8Array.of(1, 0, 1)));

  for (const version of ["version-2", "version-3"]) {
    it(`in ${version} of the format`, () => expect(decodeNpy(golden(version))).toEqual(Uint16Array.of(1, 2, 3)));
  }

  it("with other quotes, another order of keys, and Fortran order of one dimension", () => {
    const text = '{"shape" : (2,), "fortran_order": True, "descr": "<u2"}';
    expect(decodeNpy(file(text, 4))).toEqual(Uint16Array.of(0, 0));
  });
});

/** A file of version 1 with this header and so many bytes of zeros. */
function file(header: string, dataBytes: number): Uint8Array {
  const text = `${header}\n`;
  const bytes = new Uint8Array(10 + text.length + dataBytes);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length & 0xff, text.length >> 8]);
  bytes.set(new TextEncoder().encode(text), 10);
  return bytes;
}

describe("what no typed array holds, or is no such file, is refused with the reason", () => {
  const good = golden("f8");
  const refused: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["Fortran order of several dimensions", golden("fortran-f8"), /Fortran order.*ascontiguousarray/],
    ["half floats", golden("half-f2"), /type '<f2'/],
    ["complex numbers", golden("complex"), /type '<c16'/],
    ["texts", golden("text"), /type '<U2'/],
    ["records", golden("records"), /records/],
    ["times", golden("time"), /type '<M8/],
    ["objects, which would run code", golden("objects"), /type '\|O'/],
    ["no file of the kind", new TextEncoder().encode("id,delay\n1,2\n"), /does not begin/],
    ["nothing", new Uint8Array(), /does not begin/],
    ["a header that is cut off", good.slice(0, 40), /header is cut off/],
    ["numbers that are cut off", good.slice(0, -1), /has 23 bytes of numbers, and its shape says 24/],
    ["bytes left over", Buffer.concat([good, Uint8Array.of(0)]), /has 25 bytes of numbers/],
    ["version 4", Uint8Array.from(good, (byte, index) => (index === 6 ? 4 : byte)), /version 4/],
    ["a header that is no dictionary", file("import os", 0), /no dictionary/],
    [
      "a shape of negative length",
      file("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }", 0),
      /can't be read/,
    ],
    [
      "a shape beyond all numbers",
      file(`{'descr': '<f8', 'fortran_order': False, 'shape': (${"9".repeat(30)},), }`, 0),
      /too large/,
    ],
    ["a shape that is no tuple", file("{'descr': '<f8', 'fortran_order': False, 'shape': (3), }", 24), /no tuple/],
    ["a key too many", file("{'descr': '<f8', 'fortran_order': False, 'shape': (0,), 'x': True, }", 0), /nothing else/],
    ["a key twice", file("{'descr': '<f8', 'descr': '<f8', 'shape': (0,), }", 0), /can't be read/],
    ["a key missing", file("{'descr': '<f8', 'shape': (0,), }", 0), /must have/],
    [
      "an order that is neither",
      file("{'descr': '<f8', 'fortran_order': (0,), 'shape': (0,), }", 0),
      /neither True nor False/,
    ],
    [
      "wide numbers without byte order",
      file("{'descr': '|f8', 'fortran_order': False, 'shape': (0,), }", 0),
      /no byte order/,
    ],
  ];
  for (const [what, bytes, reason] of refused) {
    it(what, () => {
      const decode = () => decodeNpy(bytes);
      expect(decode).toThrow(
        expect.objectContaining({ code: "undecodable-item", message: expect.stringMatching(reason) }),
      );
    });
  }
});

describe("an array that would not come back is refused when it is written", () => {
  const refused: readonly (readonly [string, unknown, RegExp])[] = [
    ["Uint8ClampedArray", new Uint8ClampedArray(2), /no type for Uint8ClampedArray/],
    ["a list", [1, 2], /must be a typed array/],
    ["a DataView", new DataView(new ArrayBuffer(2)), /must be a typed array/],
    ["a shape that does not fit", shaped(new Float64Array(6), [2, 4]), /whose product is 6/],
    ["a shape that is text", shaped(new Float64Array(6), "6" as unknown as number[]), /list of whole numbers/],
    ["a shape with negative lengths", shaped(new Float64Array(6), [-2, -3]), /list of whole numbers/],
  ];
  for (const [what, value, reason] of refused) {
    it(what, () => {
      const encode = () => encodeNpy(value);
      expect(encode).toThrow(
        expect.objectContaining({ code: "unencodable-item", message: expect.stringMatching(reason) }),
      );
    });
  }
});

it("an array that is a part of a larger one has only its own numbers, and the copy is its own", () => {
  const whole = Float32Array.of(1, 2, 3, 4);
  const bytes = encodeNpy(whole.subarray(1, 3));
  whole.fill(0);
  expect(decodeNpy(bytes)).toEqual(Float32Array.of(2, 3));
  const read = decodeNpy(bytes);
  bytes.fill(0);
  expect([...read]).toEqual([2, 3]);
});

it("a header ends at a multiple of 64 bytes, however long the shape is", () => {
  for (let dimensions = 0; dimensions <= 32; dimensions++) {
    const header = npyHeader(
      "<f8",
      Array.from({ length: dimensions }, (_, index) => 10 ** (index % 12)),
    );
    expect(header.length % 64).toBe(0);
    expect(header.at(-1)).toBe(0x0a);
  }
});
