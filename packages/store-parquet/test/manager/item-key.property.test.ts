import { itemKey } from "@larder/store-parquet";
import fc from "fast-check";
import { expect, test } from "vitest";
import { itemOfKey } from "../../src/item-key.js";

const items = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
  // UTF-16 units as they come, lone surrogates among them, and what looks like an escape.
  fc
    .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0xd800, 0xdc00, 0x25, 0x7b, 0x30)), {
      minLength: 1,
      maxLength: 8,
    })
    .map((units) => String.fromCharCode(...units)),
);

test("the key of an item is well-formed, has no braces, and leads back to that item alone", () => {
  fc.assert(
    fc.property(items, (item) => {
      const key = itemKey(item);
      expect(itemOfKey(key)).toBe(item);
      expect(Buffer.from(key).toString()).toBe(key);
      expect(key).not.toMatch(/[{}]/);
    }),
    { numRuns: 2000 },
  );
});
