import fc from "fast-check";
import { expect, it } from "vitest";
import { escapedName, isObjectPath, objectName } from "../../src/manifest/object-path.js";
import { isRemotePath } from "../../src/remote/remote-path.js";
import { anyName } from "./any-manifest.js";

const anyLength = fc.oneof(anyName, fc.string({ unit: "grapheme", minLength: 1, maxLength: 600 }));

it("the object of any name has a path that every storage takes, of plain characters", () => {
  fc.assert(
    fc.property(anyLength, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (name, number) => {
      const path = `items/${objectName(name, "0123456789abcdef", "parquet", () => number)}`;
      expect(isRemotePath(path)).toBe(true);
      expect(isObjectPath(path)).toBe(true);
      expect(path.length).toBeLessThan(200);
    }),
  );
});

it("different names never share an escaped name", () => {
  fc.assert(
    fc.property(fc.uniqueArray(anyLength, { minLength: 2, maxLength: 30 }), (names) => {
      expect(new Set(names.map(escapedName)).size).toBe(names.length);
    }),
  );
});

it("names that look like escaped ones, or like cut ones, are told apart from those", () => {
  const long = "x".repeat(500);
  const names = [
    "a b",
    "a~20b",
    "a%20b",
    "a+b",
    "~",
    "~7e",
    "~~",
    ".",
    "..",
    "a/b",
    "a\\b",
    "A",
    "a",
    long,
    escapedName(long),
  ];
  expect(new Set(names.map(escapedName)).size).toBe(names.length);
  expect(escapedName("a b")).toBe("a~20b");
  expect(escapedName("..")).toBe("~2e~2e");
});

it("writing the same bytes twice gives two objects", () => {
  const numbers = [0, 0.5, 1 - 2 ** -53];
  const random = () => numbers.shift()!;
  expect(objectName("x", "0123456789abcdef", "bin", random)).toBe("x.0123456789ab.00000000.bin");
  expect(objectName("x", "0123456789abcdef", "bin", random)).toBe("x.0123456789ab.80000000.bin");
  expect(objectName("x", "0123456789abcdef", "bin", random)).toBe("x.0123456789ab.ffffffff.bin");
});
