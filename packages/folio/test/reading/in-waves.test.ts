import fc from "fast-check";
import { expect, test } from "vitest";
import { inWaves } from "../../src/reading/in-waves.js";

test("so many work at a time at most, each gets its own result, and failures are those of the work", async () => {
  const steps = fc.array(fc.record({ turns: fc.integer({ min: 0, max: 6 }), fails: fc.boolean() }), { maxLength: 40 });
  const limits = fc.record({ parallel: fc.integer({ min: 1, max: 5 }), most: fc.integer({ min: 1, max: 9 }) });
  await fc.assert(
    fc.asyncProperty(steps, limits, async (works, { parallel, most }) => {
      const inTurn = inWaves(parallel, most);
      let working = 0;
      const outcomes = works.map(({ turns, fails }, i) =>
        inTurn(async () => {
          expect(++working).toBeLessThanOrEqual(parallel);
          for (let turn = 0; turn < turns; turn++) await Promise.resolve();
          working--;
          if (fails) throw new Error(`work ${i}`);
          return i;
        }),
      );
      const settled = await Promise.allSettled(outcomes);
      expect(settled).toMatchObject(
        works.map(({ fails }, i) => (fails ? { reason: { message: `work ${i}` } } : { value: i })),
      );
    }),
  );
});

test("those who are done go on together: when nobody works any more, or when enough are done", async () => {
  const inTurn = inWaves(4, 3);
  const ends: (() => void)[] = [];
  const went: number[] = [];
  const all = [0, 1, 2, 3].map(async (i) => {
    await inTurn(() => new Promise<void>((resolve) => ends.push(resolve)));
    went.push(i);
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  await settle();
  ends[0]!();
  ends[1]!();
  await settle();
  expect(went).toEqual([]);
  ends[2]!();
  await settle();
  expect(went).toEqual([0, 1, 2]);
  ends[3]!();
  await Promise.all(all);
  expect(went).toEqual([0, 1, 2, 3]);
});
