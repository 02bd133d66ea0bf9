import { systemClock } from "@larder/core";
import { expect, test } from "vitest";
import { makeHot } from "../../src/hot-tables/change-profile.js";
import { turns } from "../../src/hot-tables/turns.js";
import { hotCache } from "./hot-cache.js";
import { someTable } from "./some-table.js";

test("a table that is too large to become hot is written once for it, until there is more room", async () => {
  const { cache, backend, growthOf } = hotCache();
  await cache.set("table", someTable(4000));
  const background = turns();
  const tooLarge = new Map<string, number>();
  /** How often the event loop was given its turn: never where nothing was written. */
  const turnsToMakeHot = async (budgetBytes: number) => {
    let count = 0;
    const breathe = () => {
      count++;
      return background.breathe();
    };
    const changer = {
      backend,
      look: (key: string) => backend.getBlob(key, { countsAsUse: false }),
      parquet: { profile: "cold" },
      settings: { reads: 3, budgetBytes },
      clock: systemClock,
      turns: { ...background, breathe },
      tell: () => {},
      uses: new Map<string, number>(),
      tooLarge,
    } as const;
    await makeHot(changer, "table", 0);
    return count;
  };
  expect(await turnsToMakeHot(50_000)).toBeGreaterThan(0);
  expect(await turnsToMakeHot(50_000)).toBe(0);
  expect(await turnsToMakeHot(40_000)).toBe(0);
  expect(await growthOf("table")).toBeUndefined();
  expect(await turnsToMakeHot(1_000_000)).toBeGreaterThan(0);
  expect(await growthOf("table")).toBeGreaterThan(50_000);
});
