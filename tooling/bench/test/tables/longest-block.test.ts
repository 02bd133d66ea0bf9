import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { longestBlock } from "../../cases/tables/longest-block.mjs";

/** Computes until this process has used the processor for so long; other programs do not count. */
function compute(milliseconds: number): void {
  const start = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(start);
    if ((user + system) / 1000 >= milliseconds) return;
  }
}

it("sees that the event loop was blocked, at the beginning, in between, and at the very end", async () => {
  const before = async () => {
    compute(100);
    await setImmediate();
  };
  const between = async () => {
    await setImmediate();
    compute(100);
    await setImmediate();
  };
  const after = async () => {
    await setImmediate();
    compute(100);
    return "done";
  };
  expect((await longestBlock(before)).block).toBeGreaterThan(60);
  expect((await longestBlock(between)).block).toBeGreaterThan(60);
  expect(await longestBlock(after)).toMatchObject({
    block: expect.toSatisfy((block: number) => block > 60),
    result: "done",
  });
});

it("sees none in work that gives the event loop its turn", async () => {
  const { block } = await longestBlock(async () => {
    for (let step = 0; step < 60; step += 1) {
      compute(5);
      await setImmediate();
    }
  });
  expect(block).toBeLessThan(150);
});
