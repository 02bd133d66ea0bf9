import { MemoryCache } from "@larder/core";
import { throttle } from "@larder/structures";
import fc from "fast-check";
import { expect, test } from "vitest";
import { testClock } from "./test-clock.js";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);

test("no span of time ever has more starts than count, and none is slower than it must be", async () => {
  console.log(`seed ${seed}`);
  const pauses = fc.array(fc.nat({ max: 700 }), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(pauses, fc.integer({ min: 1, max: 5 }), async (gaps, count) => {
      const clock = testClock();
      const starts: number[] = [];
      const settings = { backend: new MemoryCache(), name: "t", count, perSeconds: 1, clock, ...clock.pace };
      // Two, as in two processes.
      const functions = [0, 1].map(() => throttle(() => starts.push(clock.steady()), settings));
      let asked = 0;
      for (const [i, gap] of gaps.entries()) {
        clock.advance(gap);
        asked = clock.steady();
        await functions[i % 2]!();
        const before = starts[starts.length - 1 - count];
        const start = starts.at(-1)!;
        if (before !== undefined) expect(start - before).toBeGreaterThanOrEqual(1000);
        // As soon as it may, but for the allowance for a commit and the spread of those who wait.
        expect(start).toBeLessThanOrEqual(Math.max(asked, (before ?? -Infinity) + 1000 + 5 + 2));
      }
    }),
    { seed, numRuns: 100 },
  );
});

test("calls start in their order, get their arguments, and hand on results and errors", async () => {
  const clock = testClock();
  let longest = 500;
  const pace = {
    random: () => 0,
    // Of those who sleep at the same time, who came last wakes first.
    async sleep(milliseconds: number) {
      longest -= 50;
      for (let turns = longest; turns > 0; turns--) await Promise.resolve();
      clock.advance(milliseconds);
    },
  };
  const settings = { backend: new MemoryCache(), name: "t", count: 2, perSeconds: 60, clock, ...pace };
  const order: number[] = [];
  const half = throttle((n: number) => {
    order.push(n);
    if (n === 4) throw new RangeError("not four");
    return n / 2;
  }, settings);
  const results = await Promise.allSettled([half(0), half(1), half(2), half(3), half(4), half(5)]);
  expect(order).toEqual([0, 1, 2, 3, 4, 5]);
  expect(results.map((each) => (each.status === "fulfilled" ? each.value : each.reason.message))).toEqual([
    0,
    0.5,
    1,
    1.5,
    "not four",
    2.5,
  ]);
});

test("who can't start in time is told at once, and takes nothing from the others", async () => {
  const clock = testClock();
  const settings = { backend: new MemoryCache(), name: "t", count: 1, perSeconds: 60, clock, ...clock.pace };
  const impatient = throttle(() => "done", { ...settings, waitSeconds: 5 });
  expect(await impatient()).toBe("done");
  const started = clock.steady();
  await expect(impatient()).rejects.toMatchObject({ code: "wait-timeout", facts: { name: "t", count: 1 } });
  expect(clock.steady() - started).toBeLessThanOrEqual(5_000);
  const controller = new AbortController();
  const waiting = throttle(() => "late", { ...settings, signal: controller.signal })();
  controller.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
  clock.advance(60_000);
  expect(await impatient()).toBe("done");
});

test("a boot or a wall clock that was set costs one period at most", async () => {
  for (const [days, behindMs] of [
    [-30, 4_000_000],
    [0, 40_000],
    [30, -1_000],
  ] as const) {
    const clock = testClock();
    const settings = { backend: new MemoryCache(), name: "t", count: 3, perSeconds: 10, clock, ...clock.pace };
    const run = throttle(() => clock.steady(), settings);
    await Promise.all([run(), run(), run()]);
    clock.setWall(clock.now() + days * 86_400_000);
    const first = await run();
    clock.reboot(clock.steady() - behindMs);
    clock.setWall(clock.now() - days * 86_400_000);
    const started = clock.steady();
    const after = [await run(), await run(), await run()].map((each) => each - started);
    expect(first).toBeGreaterThan(0);
    expect(after.every((each) => each >= 0 && each < 10_100)).toBe(true);
  }
});

test("count may be raised and lowered: each caller's own is kept", async () => {
  const clock = testClock();
  const settings = { backend: new MemoryCache(), name: "t", perSeconds: 10, clock, ...clock.pace };
  const now = () => clock.steady();
  const start = clock.steady();
  const three = throttle(now, { ...settings, count: 3 });
  const five = throttle(now, { ...settings, count: 5 });
  const one = throttle(now, { ...settings, count: 1 });
  for (let i = 0; i < 3; i++) expect((await three()) - start).toBeLessThan(1_000);
  for (let i = 0; i < 2; i++) expect((await five()) - start).toBeLessThan(1_000);
  expect((await five()) - start).toBeGreaterThanOrEqual(10_000);
  const last = clock.steady();
  expect((await one()) - last).toBeGreaterThanOrEqual(10_000);
});
