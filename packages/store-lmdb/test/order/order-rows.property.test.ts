import fc from "fast-check";
import { expect, test } from "vitest";
import { type OrderPlace, orderKey, readOrderKey } from "../../src/order/order-rows.js";

const seed = 20_261_127;

const rank = fc.oneof(
  fc.nat(5),
  fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map((some) => Math.abs(some)),
);
const place: fc.Arbitrary<OrderPlace> = fc.record({
  rank,
  sequence: fc.oneof(fc.nat(5), fc.maxSafeNat()),
  priority: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 100 })),
});

test("keys of the order are sorted by priority, then rank, then sequence, and say what they were made of", () => {
  fc.assert(
    fc.property(place, place, (one, other) => {
      const bySense = one.priority - other.priority || one.rank - other.rank || one.sequence - other.sequence;
      expect(Math.sign(Buffer.compare(orderKey(one), orderKey(other)))).toBe(Math.sign(bySense));
      expect(readOrderKey(orderKey(one))).toEqual(one);
    }),
    { seed, numRuns: 5000 },
  );
});

test("without a priority a key is as it was before there were any, and what is no key is read as none", () => {
  const key = orderKey({ rank: 1.5, sequence: 7, priority: 0 });
  expect(key.toString("hex")).toBe("3ff8000000000000401c000000000000");
  expect(orderKey({ rank: 1.5, sequence: 7, priority: 100 }).toString("hex")).toBe(`e4${key.toString("hex")}`);
  for (const bytes of [[], [0x80], [0x80, ...key], [0x7f, ...key], [0xe5, ...key], [...key, 1, 2]]) {
    expect(readOrderKey(Uint8Array.from(bytes))).toBeUndefined();
  }
});
