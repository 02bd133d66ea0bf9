import { expect, test } from "vitest";
import { parseColumnName } from "../../src/index.js";

test("a name without a dot is a column", () => {
  expect(parseColumnName("price")).toEqual({ column: "price", path: [] });
});

test("what follows the first dot is a path into the JSON of the column", () => {
  expect(parseColumnName("vendor.address.city")).toEqual({ column: "vendor", path: ["address", "city"] });
  expect(parseColumnName("items.0.sku")).toEqual({ column: "items", path: ["0", "sku"] });
  expect(parseColumnName("a..b")).toEqual({ column: "a", path: ["", "b"] });
  expect(parseColumnName("a.")).toEqual({ column: "a", path: [""] });
});

test("a column whose real name has dots is found first, the longest one", () => {
  const available = ["a", "a.b", "a.b.c"];
  expect(parseColumnName("a.b.c", available)).toEqual({ column: "a.b.c", path: [] });
  expect(parseColumnName("a.b.x", available)).toEqual({ column: "a.b", path: ["x"] });
  expect(parseColumnName("a.x", available)).toEqual({ column: "a", path: ["x"] });
  expect(parseColumnName("b.x", available)).toEqual({ column: "b", path: ["x"] });
  expect(parseColumnName(".hidden", [".hidden"])).toEqual({ column: ".hidden", path: [] });
});

test("a name that can't be that of a column is refused", () => {
  expect(() => parseColumnName("")).toThrow(/is no name/);
  expect(() => parseColumnName(".a")).toThrow(/begins with a dot/);
});
