import { expect, test } from "vitest";
import { kindOfValue } from "../../src/values/kind-of-value.js";

test("the kind of a value is told without going through its elements", () => {
  expect(kindOfValue(new Float64Array(20_000_000))).toBe("array");
  expect(kindOfValue(new Uint8Array(160_000_000))).toBe("binary");
});

test("only what is exactly { file: path } is a file", () => {
  expect(kindOfValue({ file: "a" })).toBe("file");
  expect(kindOfValue({ file: "a", more: 1 })).toBe("json");
  expect(kindOfValue({ file: 1 })).toBe("json");
  expect(kindOfValue(Object.create({ file: "a" }) as object)).toBe("json");
  expect(kindOfValue([{ file: "a" }])).toBe("json");
});
