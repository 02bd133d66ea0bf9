import fc from "fast-check";
import { expect, it } from "vitest";
import { chosenIds } from "../../src/database/chosen-ids.js";

it("chooses distinct ids of flights that are there, the same each time, and none of the others among the first", () => {
  fc.assert(
    fc.property(fc.integer({ min: 3, max: 3000 }), (flights) => {
      const first = chosenIds(flights, "first");
      const more = chosenIds(flights, "first-and-added");
      const others = chosenIds(flights, "others");
      const all = [...more, ...others];
      expect(new Set(all).size).toBe(all.length);
      expect(all.every((id) => id >= 1 && id <= flights)).toBe(true);
      expect(first).toEqual(more.subarray(0, first.length));
      expect(others.length).toBe(first.length);
      expect(more.length).toBeGreaterThan(first.length);
      expect(chosenIds(flights, "others")).toEqual(others);
    }),
    { seed: 2001, numRuns: 50 },
  );
});

it("chooses 200,000 of three million, 1,000 more, and 200,000 others", () => {
  expect(chosenIds(3_000_000, "first").length).toBe(200_000);
  expect(chosenIds(3_000_000, "first-and-added").length).toBe(201_000);
  expect(chosenIds(3_000_000, "others").length).toBe(200_000);
});
